/** What an option is followed by; several values where `many` is set. */
export type CloudValues = { readonly each: RegExp; readonly many?: true };

type CloudCommand = {
  readonly required: Readonly<Record<string, CloudValues>>;
  readonly optional?: Readonly<Record<string, CloudValues>>;
  /** Options without a value. */
  readonly flags?: readonly string[];
  /** Words that belong to no option, in their order. */
  readonly operands?: readonly RegExp[];
};

const one = (each: RegExp): CloudValues => ({ each });
const text = one(/^.+$/s);
const file = one(/^file:\/\/.+$/);
const document = one(/^(?:file:\/\/.+|\{.+\})$/s);
const instanceTag = one(/^Key=tag:\w+,Values=\w+$/);
const share = one(/^\d{1,3}%$/);
const id = one(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const association = {
  parameters: document,
  'max-concurrency': share,
  'max-errors': share,
  'schedule-expression': one(/^rate\(\d+ days?\)$/),
};
const permission =
  /^IpProtocol=tcp,FromPort=(\d+),ToPort=\1,IpRanges=\[\{CidrIp=0\.0\.0\.0\/0\}\],Ipv6Ranges=\[\{CidrIpv6=::\/0\}\]$/;
const image = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z]+:[\d.]+$/;
const rule = (n: number) => ({
  [`Permissions.${n}.IpProtocol`]: one(/^TCP$/),
  [`Permissions.${n}.PortRange`]: one(/^(\d+)\/\1$/),
  [`Permissions.${n}.SourceCidrIp`]: one(/^0\.0\.0\.0\/0$/),
});

/**
 * What docs/install.md asks of the programs of the clouds, no more: an option that a command does not know, lacks or has with
 * another kind of value is refused. After `aws CMD help` of AWS CLI 2, `aliyun ecs CMD --help` and docs.docker.com.
 */
export const cloudCommands: Readonly<Record<string, CloudCommand>> = {
  'aws ec2 authorize-security-group-ingress': {
    required: { 'group-id': one(/^sg-[0-9a-f]{17}$/), 'ip-permissions': { each: permission, many: true } },
  },
  'aws ec2 run-instances': {
    required: { 'image-id': one(/^ami-[0-9a-f]{17}$/), 'user-data': file },
    optional: {
      'instance-type': text,
      'security-group-ids': one(/^sg-[0-9a-f]{17}$/),
      'iam-instance-profile': one(/^Name=\w+$/),
      'metadata-options': one(/^HttpTokens=required,InstanceMetadataTags=enabled$/),
      'tag-specifications': one(/^ResourceType=instance,Tags=\[\{Key=\w+,Value=\w+\}\]$/),
    },
  },
  'aws s3 cp': { required: {}, flags: ['recursive'], operands: [/^[\w./-]+$/, /^s3:\/\/[a-z0-9-]+\/.+\/$/] },
  'aws ssm create-document': {
    required: {
      name: text,
      'document-type': one(/^Command$/),
      'document-format': one(/^YAML$/),
      content: file,
    },
  },
  'aws ssm send-command': {
    required: { 'document-name': text, targets: instanceTag, parameters: document },
    optional: { 'max-concurrency': share, 'max-errors': share },
  },
  'aws ssm list-command-invocations': {
    required: { 'command-id': id },
    flags: ['details'],
  },
  'aws ssm create-association': { required: { name: text, targets: instanceTag, ...association } },
  // It takes away what it is not told again.
  'aws ssm update-association': {
    required: { 'association-id': id, name: text, targets: instanceTag, ...association },
  },
  'aws ssm delete-association': { required: { 'association-id': id } },
  'aws logs create-log-group': { required: { 'log-group-name': text } },
  'aws ecs register-task-definition': { required: { 'cli-input-json': file } },
  'aws ecs create-service': { required: { 'cli-input-json': file } },
  'aliyun ecs AuthorizeSecurityGroup': {
    required: {
      RegionId: one(/^cn-\w+$/),
      SecurityGroupId: one(/^sg-[0-9a-z]{20}$/),
      ...rule(1),
      ...rule(2),
    },
  },
  'aliyun ecs RunCommand': {
    required: {
      RegionId: one(/^cn-\w+$/),
      Type: one(/^RunShellScript$/),
      CommandContent: one(/^[A-Za-z0-9+/]+=*$/),
      ContentEncoding: one(/^Base64$/),
      'ResourceTag.1.Key': text,
      'ResourceTag.1.Value': text,
    },
    optional: { Timeout: one(/^\d+$/) },
  },
  'aliyun ecs DescribeInvocationResults': {
    required: { RegionId: one(/^cn-\w+$/), InvokeId: one(/^t-[0-9a-z]+$/) },
  },
  'aliyun oss cp': {
    required: {},
    flags: ['recursive'],
    operands: [/^[\w./-]+$/, /^oss:\/\/[a-z0-9-]+\/.+\/$/],
  },
  'docker push': { required: {}, operands: [image] },
  'docker build': {
    required: { f: one(/^[\w./-]+\/Containerfile$/), t: one(image) },
    operands: [/^[\w./-]+$/],
  },
};
