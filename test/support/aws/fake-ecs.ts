import { serviceOf, taskDefinitionOf } from '../ready-made/ecs.ts';
import { type AwsService, refusal } from './aws-service.ts';

/** Amazon ECS with one cluster. It remembers task definitions, and starts nothing. */
export function fakeEcs(cluster: string): AwsService {
  const families = new Set<string>();
  const services = new Set<string>();
  return {
    RegisterTaskDefinition: input => {
      const task = parsed(() => taskDefinitionOf(input));
      const role = task.executionRoleArn;
      if (role !== undefined && !/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role))
        throw refusal('ClientException', 'Role is not valid');
      families.add(task.family);
      return { taskDefinition: { ...task, revision: 1, status: 'ACTIVE' } };
    },
    CreateService: input => {
      const service = parsed(() => serviceOf(input));
      if (service.cluster !== cluster) throw refusal('ClusterNotFoundException', 'Cluster not found.');
      if (!families.has(service.taskDefinition))
        throw refusal('ClientException', 'TaskDefinition not found.');
      if (services.has(service.serviceName))
        throw refusal('InvalidParameterException', 'Creation of service was not idempotent.');
      services.add(service.serviceName);
      return { service: { serviceName: service.serviceName, status: 'ACTIVE' } };
    },
  };
}

function parsed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (thrown) {
    throw refusal('InvalidParameterException', String(thrown));
  }
}
