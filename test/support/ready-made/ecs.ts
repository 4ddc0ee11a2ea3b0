import { z } from 'zod';
import { readText } from '../source-tree.ts';

/**
 * What stands in the examples, of what "Amazon ECS task definition parameters for Amazon EC2" and CreateService allow. ECS refuses
 * a key that it does not know.
 */
const container = z.strictObject({
  name: z.string().regex(/^[\w-]{1,255}$/),
  image: z.string(),
  essential: z.boolean(),
  memory: z.int().min(6),
  memoryReservation: z.int().min(6).optional(),
  readonlyRootFilesystem: z.boolean().optional(),
  mountPoints: z.array(
    z.strictObject({
      sourceVolume: z.string(),
      containerPath: z.string().startsWith('/'),
      readOnly: z.boolean(),
    }),
  ),
  secrets: z
    .array(z.strictObject({ name: z.string(), valueFrom: z.string().startsWith('arn:aws:') }))
    .optional(),
  linuxParameters: z
    .strictObject({
      capabilities: z.strictObject({ add: z.array(z.string()), drop: z.array(z.string()) }),
      tmpfs: z.array(
        z.strictObject({
          containerPath: z.string().startsWith('/'),
          size: z.int().positive(),
        }),
      ),
    })
    .optional(),
  healthCheck: z
    .strictObject({
      command: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
      interval: z.int().min(5).max(300),
      timeout: z.int().min(2).max(60),
      retries: z.int().min(1).max(10),
      startPeriod: z.int().min(0).max(300),
    })
    .optional(),
  stopTimeout: z.int().min(2).optional(),
  logConfiguration: z
    .strictObject({ logDriver: z.literal('awslogs'), options: z.record(z.string(), z.string()) })
    .optional(),
});

const taskDefinition = z.strictObject({
  family: z.string().regex(/^[\w-]{1,255}$/),
  requiresCompatibilities: z.tuple([z.literal('EC2')]),
  networkMode: z.literal('host'),
  executionRoleArn: z.string().startsWith('arn:aws:iam::').optional(),
  volumes: z.array(
    z.strictObject({ name: z.string(), host: z.strictObject({ sourcePath: z.string().startsWith('/') }) }),
  ),
  containerDefinitions: z.tuple([container]),
});

const service = z.strictObject({
  cluster: z.string(),
  serviceName: z.string(),
  taskDefinition: z.string(),
  launchType: z.literal('EC2'),
  schedulingStrategy: z.literal('DAEMON'),
  deploymentConfiguration: z.strictObject({
    minimumHealthyPercent: z.int().min(0).max(100),
    // A daemon has one task an instance at any time.
    maximumPercent: z.literal(100),
  }),
});

export type TaskDefinition = z.infer<typeof taskDefinition>;

/** Throws where Amazon ECS would refuse it, in spite of the types of its model. */
export function taskDefinitionOf(input: unknown): TaskDefinition {
  return taskDefinition.parse(input);
}

/** The same of CreateService. */
export function serviceOf(input: unknown): z.infer<typeof service> {
  return service.parse(input);
}

export function readTaskDefinition(file: string): TaskDefinition {
  return taskDefinitionOf(JSON.parse(readText(`deploy/container/${file}`)));
}

export function readService(file: string): z.infer<typeof service> {
  return serviceOf(JSON.parse(readText(`deploy/container/${file}`)));
}

/** Where a container sees what lies on the instance. */
export function mountsOf({ volumes, containerDefinitions: [only] }: TaskDefinition) {
  return only.mountPoints.map(({ sourceVolume, containerPath, readOnly }) => {
    const host = volumes.find(({ name }) => name === sourceVolume)?.host.sourcePath;
    if (host === undefined) throw new Error(`there is no volume ${sourceVolume}`);
    return { host, container: containerPath, readOnly };
  });
}
