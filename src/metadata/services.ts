/** The metadata service of a cloud, as an instance there reaches it: HTTP, behind a token that a PUT gives. */
export type MetadataService = {
  readonly cloud: string;
  /** An IP address: no name is looked up for it. */
  readonly host: string;
  readonly port: number;
  /** The request header that takes the token; the one for its lifetime ends with `-ttl-seconds`. */
  readonly tokenHeader: string;
  /** What the public IPv4 address is called below `/latest/meta-data/`; the first that the service knows counts. */
  readonly ipv4Items: readonly string[];
  /**
   * The item of an interface (`network/interfaces/macs/MAC/`) that lists its public IPv4 addresses; null where there is
   * none, so that those of further interfaces and of further private addresses are not known.
   */
  readonly interfaceIpv4s: string | null;
};

/** IMDSv2; the first version, which answers without a token, is never asked. */
const amazonEc2: MetadataService = {
  cloud: 'Amazon EC2',
  host: '169.254.169.254',
  port: 80,
  tokenHeader: 'x-aws-ec2-metadata-token',
  ipv4Items: ['public-ipv4'],
  interfaceIpv4s: 'public-ipv4s',
};

/** What its documentation calls security hardening mode. */
const alibabaCloud: MetadataService = {
  cloud: 'Alibaba Cloud',
  host: '100.100.100.200',
  port: 80,
  tokenHeader: 'x-aliyun-ecs-metadata-token',
  ipv4Items: ['eipv4', 'public-ipv4'],
  interfaceIpv4s: null,
};

export const metadataServices: readonly MetadataService[] = [amazonEc2, alibabaCloud];
