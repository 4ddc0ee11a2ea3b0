import { isIPv4, isIPv6 } from 'node:net';
import { type AwsInput, type AwsService, refusal } from './aws-service.ts';

/** The fields of a query by their names, for example `IpPermissions.1.FromPort`; what is not made of them is refused. */
export const fakeEc2: AwsService = {
  AuthorizeSecurityGroupIngress: input => {
    needId('sg', input['GroupId'], 'InvalidGroupId.Malformed');
    const rules = numbered(input, 'IpPermissions');
    if (rules.length === 0) throw refusal('MissingParameter', 'no rule is given');
    for (const rule of rules) checkRule(input, rule);
    return '<return>true</return>';
  },
  RunInstances: input => {
    needId('ami', input['ImageId'], 'InvalidAMIID.Malformed');
    for (const group of numbered(input, 'SecurityGroupId'))
      needId('sg', input[group], 'InvalidGroupId.Malformed');
    if (Buffer.from(String(input['UserData'] ?? ''), 'base64').length > 16_384)
      throw refusal('InvalidParameterValue', 'User data is limited to 16384 bytes');
    if (input['MinCount'] === undefined || input['MaxCount'] === undefined)
      throw refusal('MissingParameter', 'The request must contain the parameter MinCount and MaxCount');
    return '<instancesSet><item><instanceId>i-0123456789abcdef0</instanceId></item></instancesSet>';
  },
};

function checkRule(input: AwsInput, rule: string): void {
  const [from, to] = [Number(input[`${rule}.FromPort`]), Number(input[`${rule}.ToPort`])];
  if (!(from >= 0 && from <= to && to <= 65_535))
    throw refusal('InvalidParameterValue', `Invalid port range ${from} to ${to}`);
  if (!/^(?:tcp|udp)$/.test(String(input[`${rule}.IpProtocol`])))
    throw refusal('InvalidPermission.Malformed', 'a protocol that is not in the fake');
  const ranges = [
    ...numbered(input, `${rule}.IpRanges`).map(each => [input[`${each}.CidrIp`], isIPv4, 32] as const),
    ...numbered(input, `${rule}.Ipv6Ranges`).map(each => [input[`${each}.CidrIpv6`], isIPv6, 128] as const),
  ];
  if (ranges.length === 0) throw refusal('InvalidPermission.Malformed', 'a rule without addresses');
  for (const [range, isAddress, bits] of ranges) {
    const [address = '', length = ''] = String(range).split('/');
    if (!isAddress(address) || !/^\d+$/.test(length) || Number(length) > bits)
      throw refusal('InvalidParameterValue', `CIDR block ${String(range)} is malformed`);
  }
}

function needId(kind: string, id: unknown, code: string): void {
  if (!new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`).test(String(id)))
    throw refusal(code, `Invalid id: "${String(id)}"`);
}

/** `NAME.1`, `NAME.2` and so on, as far as fields begin so. */
function numbered(input: AwsInput, name: string): string[] {
  const heads = Object.keys(input).filter(key => key.startsWith(`${name}.`));
  return [
    ...new Set(
      heads.map(key =>
        key
          .split('.')
          .slice(0, name.split('.').length + 1)
          .join('.'),
      ),
    ),
  ];
}
