import { type AwsService, refusal } from './aws-service.ts';

/** CloudWatch Logs, as far as groups go. */
export function fakeLogs(): AwsService {
  const groups = new Set<string>();
  return {
    CreateLogGroup: ({ logGroupName }) => {
      if (groups.has(String(logGroupName)))
        throw refusal('ResourceAlreadyExistsException', 'The specified log group already exists');
      groups.add(String(logGroupName));
      return {};
    },
  };
}
