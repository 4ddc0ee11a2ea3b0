import * as z from 'zod';
import { attempt, deploy, files, redeployOnDrift } from './schema-deploy.ts';
import { profileChoice } from './schema-profile.ts';
import {
  domain,
  listenAddress,
  listOf,
  mapping,
  notYet,
  oneOf,
  path,
  plainName,
  renewAt,
  text,
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
  files: files.optional(),
  deploy: deploy.optional(),
  attempt: attempt.optional(),
  placeholder: notYet(later, 'A self-signed certificate until the first one is issued.').optional(),
  redeploy_on_drift: redeployOnDrift.optional(),
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
