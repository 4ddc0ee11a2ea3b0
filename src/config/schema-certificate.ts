import * as z from 'zod';
import { profileChoice } from './schema-profile.ts';
import {
  account,
  command,
  domain,
  listenAddress,
  listOf,
  mapping,
  notYet,
  octalMode,
  oneOf,
  path,
  plainName,
  renewAt,
  text,
  timeLimit,
  yesOrNo,
} from './schema-values.ts';

/** A CA's name, or the CAs to try in order. */
export const caChoice = z
  .union(
    [
      plainName.transform(name => [name]),
      listOf(plainName, 'the name of a CA or a list of names')
        .min(1, 'the name of a CA or a list of names')
        .refine(names => new Set(names).size === names.length, { error: 'it names a CA twice' }),
    ],
    { error: 'the name of a CA or a list of names' },
  )
  .meta({
    description:
      'The CA to order from: built in, or one of `cas`. Of a list the first that serves: another one comes in after an outage or a limit that lasts too long. Default: letsencrypt.',
  });

const rootName = text('a root’s name or key identifier');

const preferredChain = z
  .union([rootName, z.record(plainName, rootName, { error: 'a mapping from CA to root' })], {
    error: 'a root’s name or key identifier, or a mapping from CA to one of these',
  })
  .meta({
    description:
      'The root that the chain should lead to, where the CA offers several: its common name or its key identifier (hex), or one for each CA. Without such a chain the CA’s own choice is taken, with a warning.',
  });

const key = mapping({
  type: oneOf(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'])
    .meta({ description: 'Type of the private key. Default: ecdsa-p256.' })
    .optional(),
  reuse: yesOrNo
    .meta({
      description: 'Whether a renewal keeps the key, as long as it has the type above. Default: false.',
    })
    .optional(),
}).meta({ description: 'The private key.' });

const standalone = mapping({
  listen: listOf(listenAddress, 'a list of addresses')
    .min(1, 'a list of at least one address')
    .meta({
      description:
        'Addresses that certd listens on while an order is open, such as "0.0.0.0:80" and "[::]:80". IPv6 ones are for IPv6 alone.',
    })
    .optional(),
  socket: oneOf(['systemd'])
    .meta({ description: 'systemd: certd answers on the sockets that a socket unit passes to it.' })
    .optional(),
})
  .refine(({ listen, socket }) => (listen === undefined) !== (socket === undefined), {
    error: 'it needs either `listen: ["0.0.0.0:80", "[::]:80"]` or `socket: systemd`, and not both',
  })
  .meta({ description: 'certd answers by itself on port 80, without a web server.' });

const challenge = mapping({
  webroot: path
    .meta({
      description:
        'Directory that port 80 of every domain serves; certd writes below .well-known/acme-challenge.',
    })
    .optional(),
  standalone: standalone.optional(),
})
  .refine(({ webroot, standalone }) => webroot !== undefined || standalone !== undefined, {
    error: 'it says no way to answer: write `webroot: /var/www/certd`',
  })
  .refine(({ webroot, standalone }) => webroot === undefined || standalone === undefined, {
    error: 'it says two ways to answer: keep `webroot` or `standalone`',
  })
  .meta({ description: 'How HTTP-01 (RFC 8555 §8.3) is answered.' });

const outputFile = mapping({
  path,
  content: oneOf(['cert', 'chain', 'fullchain', 'key', 'combined']),
  owner: account.optional(),
  group: account.optional(),
  mode: octalMode.optional(),
});

const hostAndPort = text('an address and port such as "127.0.0.1:443"').regex(
  /^(\[[0-9A-Fa-f:.]+\]|[^:\s]+):\d{1,5}$/,
  'an address and port such as "127.0.0.1:443"',
);

const endpoint = mapping({
  connect: hostAndPort,
  server_name: text('a host name').optional(),
  timeout: timeLimit.optional(),
  starttls: oneOf(['smtp', 'imap', 'postgres']).optional(),
  proxy_protocol: oneOf(['v1', 'v2']).optional(),
  source: oneOf(['local', 'remote']).optional(),
});

const window = mapping({
  hours: z
    .string({ error: 'hours such as "02:00-05:00"' })
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/, 'hours such as "02:00-05:00"'),
  timezone: text('a time zone such as Europe/Berlin').optional(),
});

const deploy = mapping({
  test: notYet(command, 'A command that must succeed before the hooks, such as nginx -t.').optional(),
  hooks: listOf(command, 'a list of commands')
    .meta({ description: 'Commands that run after the certificate actually changed, in this order.' })
    .optional(),
  timeout: timeLimit
    .meta({ description: 'Per command; then its whole process group is killed. Default: 60s.' })
    .optional(),
  verify: notYet(
    listOf(endpoint, 'a list of endpoints'),
    'Endpoints that must present the new certificate.',
  ).optional(),
  window: notYet(window, 'Hours outside of which deploys wait.').optional(),
  on_failure: notYet(oneOf(['rollback', 'keep']), 'What happens after a failed deploy.').optional(),
}).meta({ description: 'What happens with a new certificate.' });

const commands = listOf(command, 'a list of commands').optional();
const later = z.unknown();

/** Everything that `defaults` may hold too. Nothing is required here: the rest may come from there. */
const shared = {
  ca: caChoice.optional(),
  profile: profileChoice.optional(),
  key: key.optional(),
  preferred_chain: preferredChain.optional(),
  challenge: challenge.optional(),
  renew: mapping({
    at: renewAt
      .meta({
        description:
          'Where the CA suggests no window: a share of the lifetime (2/3) or a time before its end (30d). Default: 2/3; 1/2 for lifetimes under ten days.',
      })
      .optional(),
  })
    .meta({ description: 'When to renew.' })
    .optional(),
  files: notYet(
    listOf(outputFile, 'a list of files'),
    'Further outputs for those who do not read keys as root.',
  ).optional(),
  deploy: deploy.optional(),
  attempt: notYet(mapping({ before: commands, after: commands }), 'Commands around an attempt.').optional(),
  placeholder: notYet(later, 'A self-signed certificate until the first one is issued.').optional(),
  redeploy_on_drift: notYet(later, 'Deploy again when an endpoint presents another certificate.').optional(),
};

/** `defaults:` */
export const defaultsSchema = mapping(shared).meta({
  description: 'Any key of a certificate but `name` and `domains`, for all.',
});

/** One item of `certificates:` */
export const certificateSchema = mapping({
  name: plainName
    .meta({
      description:
        'Default: the first domain, with dashes for the colons of an IPv6 address. The name of the directory below live/.',
    })
    .optional(),
  domains: listOf(domain, 'a list of domain names').min(1, 'a list of at least one domain name').meta({
    description:
      'DNS names, international ones as they are written, and IP addresses. No wildcards: HTTP-01 cannot prove them.',
  }),
  ...shared,
}).meta({ description: 'One certificate.' });
