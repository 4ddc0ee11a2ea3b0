import * as z from 'zod';
import { cronProblem } from '../host/schedule.ts';
import { caChoice, certificateSchema, defaultsSchema } from './schema-certificate.ts';
import { redeployOnDrift } from './schema-deploy.ts';
import { oneProfile } from './schema-profile.ts';
import {
  account as group,
  listOf,
  mapping,
  notYet,
  octalMode,
  oneOf,
  path,
  share,
  socketPath,
  text,
  timeLimit,
  yesOrNo,
} from './schema-values.ts';

const httpsUrl = z
  .string({ error: 'an https:// URL' })
  .regex(/^https:\/\//, 'an https:// URL (RFC 8555 §6.1)')
  .refine(value => URL.canParse(value) && new URL(value).username === '', {
    error: 'it is no URL that can be asked without a user name',
  });

const port = z
  .int({ error: 'a port from 1 to 65535' })
  .min(1, 'a port from 1 to 65535')
  .max(65_535, 'a port from 1 to 65535');

/** base64 may begin with a slash, as paths do; a path would be shown in errors. */
function looksLikeKey(value: string): boolean {
  return /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z0-9+/]{40,}={0,2}$/.test(value);
}

/** One entry of `cas:`; its name is checked in `check-authorities.ts`, since zod passes over the value under a bad one. */
export const authority = mapping({
  directory: httpsUrl.meta({ description: 'URL of the ACME directory (RFC 8555 §7.1.1).' }).optional(),
  staging: httpsUrl
    .meta({
      description: 'Directory that `renew --dry-run` orders from. Built in for letsencrypt and google.',
    })
    .optional(),
  trust: path
    .meta({ description: 'PEM file with the root of the CA’s own HTTPS, beside the system’s roots.' })
    .optional(),
  roots: path
    .meta({
      description:
        'PEM file with the roots that certificates of this CA must lead to. Default: the system’s trust store.',
    })
    .optional(),
  eab: mapping({
    kid: text('a key identifier').meta({ description: 'The key identifier that the CA gave out.' }),
    hmac_key_file: path
      .refine(value => !looksLikeKey(value), {
        error: 'it looks like the key itself: name a file that holds it',
      })
      .meta({
        description:
          'File with the MAC key in base64url, of mode 0640. It is read when an account is made, and never inline.',
      }),
  })
    .meta({
      description: 'External account binding (RFC 8555 §7.3.4), which some CAs want for a new account.',
    })
    .optional(),
  profile: oneProfile
    .meta({ description: 'The profile that certificates of this CA get unless they say otherwise.' })
    .optional(),
  issue_timeout: timeLimit.meta({ description: 'How long an order may take. Default: 10m.' }).optional(),
  validation_port: port
    .meta({ description: 'Port that the CA validates on; another than 80 only for test CAs. Default: 80.' })
    .optional(),
}).meta({ description: 'One CA; the name of a built-in one changes what is given.' });

const account = mapping({
  email: z
    .string({ error: 'an e-mail address' })
    .regex(/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/, 'an e-mail address')
    .meta({ description: 'Where the CA may write to. Optional where the CA lets it be.' })
    .optional(),
  agree_tos: yesOrNo
    .refine(agreed => agreed, {
      error: 'no CA issues without agreement to its terms of service: read them and write true',
    })
    .meta({ description: 'Agreement to the terms of service of every CA that is used. Must be true.' }),
}).meta({ description: 'The ACME account, one at each CA.' });

const health = mapping({
  socket: socketPath.meta({ description: 'Default: health.sock in the runtime directory.' }).optional(),
  mode: octalMode.meta({ description: 'Mode of the socket, in quotes. Default: "0660".' }).optional(),
  group: group
    .meta({
      description: 'Group of the socket. Default: certd, where the host has it, else that of the process.',
    })
    .optional(),
}).meta({ description: 'The read-only socket that answers status and health checks.' });

const thresholds = mapping({
  warning: share.meta({ description: 'Default: 20%.' }).optional(),
  critical: share.meta({ description: 'Default: 5%.' }).optional(),
}).meta({ description: 'Shares of the lifetime: less left and not renewed is a problem.' });

const schedule = z
  .string({ error: 'a cron expression such as "* * * * *"' })
  .superRefine((expression, context) => {
    const problem = cronProblem(expression);
    if (problem !== null)
      context.addIssue({ code: 'custom', message: `it is no cron expression: ${problem}` });
  })
  .meta({
    description: 'When certd looks (a poll, not a window), as a cron expression. Default: every minute.',
  });

const certificates = listOf(certificateSchema, 'a list of certificates').optional();
const later = z.unknown();

/** The main file, snake_case as written; output: durations in ms, shares as fractions, commands and domains read. */
export const mainSchema = mapping(
  {
    account,
    ca: caChoice.optional(),
    cas: z
      .record(z.string(), authority, { error: 'a mapping from names to CAs' })
      .meta({
        description:
          'CAs beside the built-in letsencrypt, letsencrypt-staging, zerossl, google, google-staging, sslcom and digicert.',
      })
      .optional(),
    defaults: defaultsSchema.optional(),
    certificates,
    schedule: schedule.optional(),
    health: health.optional(),
    thresholds: thresholds.optional(),
    log: mapping({
      level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
        .meta({ description: 'Default: info.' })
        .optional(),
    })
      .meta({ description: 'The log on standard output.' })
      .optional(),
    notify: notYet(later, 'Messages to people.').optional(),
    monitor: notYet(later, 'Endpoints to watch beside certd’s own certificates.').optional(),
    heartbeat: notYet(later, 'A URL to call while all is well.').optional(),
    metrics: notYet(later, 'Metrics as a text file.').optional(),
    placeholder: notYet(later, 'A self-signed certificate until the first one is issued.').optional(),
    redeploy_on_drift: redeployOnDrift.optional(),
    on_clone: oneOf(['renew', 'hold'])
      .meta({
        description:
          'What happens where the state directory was copied from another host: new accounts and keys, or nothing until `certd account keep` or `replace`. Default: renew.',
      })
      .optional(),
  },
  'a mapping that begins with `account:`',
);

/** A file of conf.d. */
export const dropInSchema = mapping({ certificates });

export type MainFile = z.output<typeof mainSchema>;
export type CertificateEntry = z.output<typeof certificateSchema>;
