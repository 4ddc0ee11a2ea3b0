import type { FailureRecord } from '../../src/core/issue/failure-record.ts';
import type { Generation, Observed, Target } from '../../src/core/model.ts';
import { problem } from '../../src/core/status/certificate-problems.ts';
import { statusDocument } from '../../src/core/status/status.ts';
import type { StatusDocument } from '../../src/core/status/status-document.ts';
import {
  at,
  makeGeneration,
  makeLeaf,
  makeObserved,
  makeTarget,
  makeTrouble,
  makeWindow,
} from './make-observed.ts';

/** What the clock says in every example: two thirds of the usual generation are over. */
export const now = at('2026-03-05T12:00Z');

export type Example = { readonly target: Target | null; readonly seen: Observed };

function example(name: string, change: Parameters<typeof makeObserved>[0]): Example {
  const issued = change?.issued ?? [generation(name, '0001-11223344', '2026-02-01', '2026-05-02')];
  return { target: makeTarget({ name, domains: [name] }), seen: makeObserved({ ...change, name, issued }) };
}

function generation(name: string, id: string, from: string, to: string): Generation {
  return makeGeneration({
    id,
    leaf: makeLeaf({ domains: [name], notBefore: at(from), notAfter: at(to) }),
  });
}

const refused: FailureRecord = {
  code: 'validation-failed',
  message:
    'shop.example: 192.0.2.7: Invalid response from http://shop.example/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0: 404 (unauthorized)',
  at: at('2026-03-05T11:00Z'),
  since: at('2026-03-05T11:00Z'),
  problemType: 'urn:ietf:params:acme:error:unauthorized',
};

const limited: FailureRecord = {
  code: 'rate-limited',
  message: 'too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s',
  at: at('2026-03-05T10:00Z'),
  since: at('2026-03-05T10:00Z'),
  problemType: 'urn:ietf:params:acme:error:rateLimited',
};

const hook: FailureRecord = {
  code: 'hook-failed',
  message: 'nginx -s reload: exit 1',
  at: at('2026-03-05T11:58Z'),
  since: at('2026-03-05T11:58Z'),
  problemType: null,
};

/** The generation that is two thirds old, and the one after it. */
const pair = (name: string) =>
  [
    generation(name, '0001-11223344', '2026-01-01', '2026-04-01'),
    generation(name, '0002-99aabbcc', '2026-03-05', '2026-06-03'),
  ] as const;

const shown = ({ id, leaf }: Generation) => ({ id, leaf });
const [mailOld, mailNew] = pair('mail.example');
const [imapOld, imapNew] = pair('imap.example');
const almost = generation('api.example', '0007-11223344', '2025-12-15', '2026-03-15');
const lapsed = generation('shop.example', '0003-11223344', '2025-12-03', '2026-03-03');

/** One certificate for each thing that an operator may have to see. */
export const examples: Readonly<Record<string, Example>> = {
  well: example('www.example', { issuer: { window: makeWindow({ renewAt: at('2026-04-01T06:00Z') }) } }),
  due: example('due.example', { issued: [pair('due.example')[0]] }),
  late: example('api.example', {
    issued: [almost],
    issuer: {
      failures: 2,
      lastError: limited,
      troubles: [makeTrouble({ notBefore: at('2026-03-07T10:00Z') })],
    },
  }),
  lapsed: example('shop.example', {
    issued: [lapsed],
    issuer: { failures: 4, lastError: refused, nextAttemptAt: at('2026-03-06T11:00Z') },
  }),
  owed: example('mail.example', {
    issued: [mailOld, mailNew],
    live: shown(mailOld),
    deploy: { deployed: mailOld.id },
  }),
  failed: example('imap.example', {
    issued: [imapOld, imapNew],
    live: shown(imapNew),
    deploy: { deployed: imapOld.id, failures: 2, lastError: hook, nextAttemptAt: at('2026-03-05T12:02Z') },
  }),
  held: {
    ...example('pop.example', {
      issued: pair('pop.example'),
      live: shown(pair('pop.example')[0]),
      deploy: { deployed: '0001-11223344' },
    }),
    target: makeTarget({
      name: 'pop.example',
      domains: ['pop.example'],
      deploy: { window: { from: 120, to: 300, timeZone: 'Asia/Shanghai' } },
    }),
  },
  never: example('new.example', { issued: [] }),
  corrupt: example('a-rather-long-name-of-a-certificate.internal.example', {
    faults: [
      {
        code: 'state-corrupt',
        message:
          '/var/lib/certd/issuer/state/a-rather-long-name-of-a-certificate.internal.example.json cannot be used: it is not JSON',
        blocking: true,
      },
    ],
  }),
  unmanaged: { ...example('gone.example', {}), target: null },
};

/** The document of some examples. */
export function exampleStatus(
  names: readonly string[],
  change: Partial<StatusDocument> = {},
): StatusDocument {
  return statusOf(
    names.flatMap(name => examples[name] ?? []),
    change,
  );
}

/** What a daemon says of these certificates. */
export function statusOf(chosen: readonly Example[], change: Partial<StatusDocument> = {}): StatusDocument {
  const document = statusDocument({
    version: '0.1.0',
    source: 'daemon',
    pid: 812,
    startedAt: at('2026-03-01'),
    now,
    targets: chosen.flatMap(({ target }) => target ?? []),
    observed: chosen.map(({ seen }) => seen),
    thresholds: { warning: 0.2, critical: 0.05 },
    problems: [],
  });
  return { ...document, ...change };
}

/** A configuration that was refused at a reload, with every problem of it. */
export const refusedReload = problem(
  'config-refused',
  'warning',
  null,
  '/etc/certd/config.yaml:7:3: config-unknown-key: there is no key `shedule` here; did you mean `schedule`?; /etc/certd/config.yaml:9:1: config-invalid: `level` must be one of trace, debug, info, warn, error, fatal, not the number 5',
  at('2026-03-05T09:00Z'),
);
