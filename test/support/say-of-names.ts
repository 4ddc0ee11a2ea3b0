import type { Target } from '../../src/core/model.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { NameLook, SeenNames, WalkEnd } from '../../src/doctor/names/seen-names.ts';
import { makeTarget } from './make-observed.ts';
import { here, here6, makeCa, makeLook, makeSeenNames, now } from './make-seen-names.ts';

export type Host = Partial<SeenNames> & { readonly target?: Parameters<typeof makeTarget>[0] };

/** Status and message for `a.example`, seen like this. */
export function say(
  findings: (host: SeenNames) => readonly Finding[],
  look: Partial<NameLook> | null,
  { target = {}, ...host }: Host = {},
): readonly string[] {
  const names = new Map([['a.example', look === null ? null : makeLook(look)]]);
  return findings(makeSeenNames({ targets: [makeTarget(target)], names, ...host })).map(
    ({ status, message }) => `${status} ${message}`,
  );
}

export const refused: WalkEnd = { kind: 'no-connection', code: 'ECONNREFUSED' };
export const timedOut: WalkEnd = { kind: 'no-connection', code: 'ETIMEDOUT' };
export const standalone: Target['challenge'] = {
  kind: 'standalone',
  listen: [{ address: '0.0.0.0', port: 80 }],
};
export const privateCa = new Map([['main', makeCa({ caa: null })]]);
export const noPublic = ['127.0.0.1', '10.0.0.5'];

/** Behind a cloud’s gateway: what is asked at a public address leaves this host and comes back. */
export const behind = { ownAddresses: noPublic, cloud: { addresses: [here, here6], isAllIpv4: true } };
export const validatedAt = (ago: number) => ({
  validations: new Map([['a.example', { domain: 'a.example', ca: 'letsencrypt', at: now - ago }]]),
});
export const day = 86_400_000;
