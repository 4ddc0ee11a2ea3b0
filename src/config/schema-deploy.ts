import { posix } from 'node:path';
import { readConnect, readHours } from './deploy-values.ts';
import {
  account,
  command,
  domain,
  listOf,
  mapping,
  octalMode,
  oneOf,
  path,
  reading,
  text,
  timeLimit,
  yesOrNo,
} from './schema-values.ts';

/** 255 bytes are the longest name, and the new file lies beside the old one under a longer one (`store/outputs.ts`). */
const longestName = 255 - '.certd-new-'.length;

const outputPath = path
  .refine(value => posix.normalize(value) === value && !value.endsWith('/'), {
    error: 'write it without `.`, `..`, a double slash and a slash at its end',
  })
  .refine(value => !posix.basename(value).startsWith('.certd-new-'), {
    error: 'names that begin with .certd-new- are for files that certd has not finished',
  })
  .refine(value => Buffer.byteLength(posix.basename(value)) <= longestName, {
    error: `the name of the file has more than ${longestName} bytes`,
  });

/** One item of `files:` */
export const outputFile = mapping({
  path: outputPath.meta({
    description: 'The file. Its directory must be there, and belong to root or to the owner of the file.',
  }),
  content: oneOf(['cert', 'chain', 'fullchain', 'key', 'combined']).meta({
    description: 'What it holds; combined: leaf, chain and key, as HAProxy reads them.',
  }),
  owner: account.meta({ description: 'Default: the user that deploys.' }).optional(),
  group: account.meta({ description: 'Default: the group of the user that deploys.' }).optional(),
  mode: octalMode
    .meta({ description: 'In quotes. Default: "0400" with a key in it, else "0444".' })
    .optional(),
})
  .superRefine(({ content, mode }, context) => {
    if (!holdsKey(content) || mode === undefined || (mode & 0o004) === 0) return;
    const message = 'it makes a key that everybody on this host may read';
    context.addIssue({ code: 'custom', path: ['mode'], message });
  })
  .meta({ description: 'One more place that the certificate is written to.' });

export function holdsKey(content: string): boolean {
  return content === 'key' || content === 'combined';
}

/** `files:` */
export const files = listOf(outputFile, 'a list of files').meta({
  description: 'Further outputs for those who do not read keys as root.',
});

const endpoint = mapping({
  connect: reading(readConnect, 'an address and port such as "127.0.0.1:443"').meta({
    description: 'Host and port to connect to, such as "127.0.0.1:443" or "[::1]:443".',
  }),
  server_name: domain
    .meta({ description: 'The name that is asked for. Default: the first domain of the certificate.' })
    .optional(),
  timeout: timeLimit
    .meta({ description: 'How long to wait for the new certificate. Default: 30s.' })
    .optional(),
  starttls: oneOf(['smtp', 'imap', 'postgres'])
    .meta({ description: 'The protocol in which TLS begins later.' })
    .optional(),
  proxy_protocol: oneOf(['v1', 'v2'])
    .meta({ description: 'For servers that expect the PROXY protocol of a load balancer.' })
    .optional(),
  source: oneOf(['local', 'remote'])
    .meta({
      description:
        'remote: it depends on more than this host, so it warns and never rolls back. Default: local.',
    })
    .optional(),
}).meta({ description: 'One place where a server must present the certificate.' });

const window = mapping({
  hours: reading(readHours, 'hours such as "02:00-05:00"').meta({
    description: 'From and to; past midnight where the end is the earlier one.',
  }),
  timezone: text('a time zone such as Europe/Berlin')
    .refine(isTimeZone, { error: 'it is no time zone that this host knows, such as Europe/Berlin' })
    .meta({ description: 'Default: that of the host.' })
    .optional(),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** `deploy:` */
export const deploy = mapping({
  test: command
    .meta({
      description:
        'A command that must succeed with the new certificate in place before the hooks run, such as nginx -t.',
    })
    .optional(),
  hooks: listOf(command, 'a list of commands')
    .meta({ description: 'Commands that run after the certificate actually changed, in this order.' })
    .optional(),
  timeout: timeLimit
    .meta({ description: 'Per command; then its whole process group is killed. Default: 60s.' })
    .optional(),
  verify: listOf(endpoint, 'a list of endpoints')
    .meta({ description: 'Where servers must present the new certificate, in a completed handshake.' })
    .optional(),
  window: window
    .meta({
      description: 'Deploys wait for these hours, unless the certificate in force is about to lapse.',
    })
    .optional(),
  on_failure: oneOf(['rollback', 'keep'])
    .meta({
      description:
        'When test, a hook or an endpoint fails. rollback: back to the certificate before. keep: the new one stays. Default: rollback.',
    })
    .optional(),
}).meta({ description: 'What happens with a new certificate.' });

const commands = listOf(command, 'a list of commands');

/** `attempt:` */
export const attempt = mapping({
  before: commands
    .meta({
      description: 'Before an attempt to order, certbot’s pre-hooks. Without them nothing is ordered.',
    })
    .optional(),
  after: commands
    .meta({ description: 'After it, whether it succeeded or not, certbot’s post-hooks.' })
    .optional(),
}).meta({ description: 'Commands around an attempt to order.' });

/** `redeploy_on_drift:` */
export const redeployOnDrift = yesOrNo.meta({
  description: 'Whether to deploy again when an endpoint presents another certificate. Default: false.',
});
