/** The value of an option by its name without dashes. */
type CloudOptions = Readonly<Record<string, RegExp>>;

type CloudCommand = {
  readonly required: CloudOptions;
  readonly optional?: CloudOptions;
  /** Options without a value. */
  readonly flags?: readonly string[];
  /** Words that belong to no option, in their order. */
  readonly operands?: readonly RegExp[];
};

const image = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z]+:[\d.]+$/;
const rule = (n: number) => ({
  [`Permissions.${n}.IpProtocol`]: /^TCP$/,
  [`Permissions.${n}.PortRange`]: /^(\d+)\/\1$/,
  [`Permissions.${n}.SourceCidrIp`]: /^0\.0\.0\.0\/0$/,
});

/**
 * What docs/install.md asks of `aliyun` and `docker`, no more: an option that a command does not know, lacks or has with
 * another kind of value is refused. After `aliyun ecs CMD --help` and docs.docker.com.
 */
export const cloudCommands: Readonly<Record<string, CloudCommand>> = {
  'aliyun ecs AuthorizeSecurityGroup': {
    required: {
      RegionId: /^cn-\w+$/,
      SecurityGroupId: /^sg-[0-9a-z]{20}$/,
      ...rule(1),
      ...rule(2),
    },
  },
  'aliyun ecs RunCommand': {
    required: {
      RegionId: /^cn-\w+$/,
      Type: /^RunShellScript$/,
      CommandContent: /^[A-Za-z0-9+/]+=*$/,
      ContentEncoding: /^Base64$/,
      'ResourceTag.1.Key': /./,
      'ResourceTag.1.Value': /./,
    },
    optional: { Timeout: /^\d+$/ },
  },
  'aliyun ecs DescribeInvocationResults': {
    required: { RegionId: /^cn-\w+$/, InvokeId: /^t-[0-9a-z]+$/ },
  },
  'aliyun oss cp': {
    required: {},
    flags: ['recursive'],
    operands: [/^[\w./-]+$/, /^oss:\/\/[a-z0-9-]+\/.+\/$/],
  },
  'docker push': { required: {}, operands: [image] },
  'docker build': {
    required: { f: /^[\w./-]+\/Containerfile$/, t: image },
    operands: [/^[\w./-]+$/],
  },
};
