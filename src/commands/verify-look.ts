import { openLookups } from '../challenge/lookups.ts';
import type { Config } from '../config/config.ts';
import { recordAfter } from '../core/deploy/served-record.ts';
import { asCertdError, CertdError } from '../core/errors.ts';
import { lifetimeOf } from '../core/issue/renewal.ts';
import type { Target } from '../core/model.ts';
import { isStatusDocument } from '../core/status/status-answer.ts';
import type { CertificateStatus, StatusDocument } from '../core/status/status-document.ts';
import type { Verified } from '../core/status/verify-document.ts';
import { defaultHealthSocket } from '../daemon/socket-paths.ts';
import { askDaemon } from '../health/client.ts';
import { openSlots } from '../host/slots.ts';
import { type AwaitedLive, awaitedLive } from '../pass/awaited.ts';
import { openEndpointLook } from '../pass/endpoint-look.ts';
import { rootsFor } from '../pass/gate.ts';
import { liveId, readLeafOf } from '../store/generation.ts';
import type { Layout } from '../store/layout.ts';
import type { World } from '../store/world.ts';
import type { Places } from './places.ts';
import { withRootHint } from './root-hint.ts';

type State = { readonly layout: Layout; readonly world: World };

/** What is live, and what its endpoints are to present. */
type Live = { readonly awaited: AwaitedLive; readonly lifetimeMs: number };

/** As many handshakes at once. */
const looksAtOnce = 32;

/** Looks at all endpoints of one certificate after another, those of several side by side. Never rejects. */
export function openVerifier(
  config: Config,
  places: Places,
  state: State,
): (target: Target) => Promise<Verified> {
  const inSlot = openSlots(looksAtOnce);
  const endpointLook = openEndpointLook(openLookups());
  const { signal } = new AbortController();
  const daemon = openDaemon(config, places);
  return async target => {
    const { name } = target;
    const endpoints = target.deploy.verify;
    const nothing = { name, endpoints, live: null, served: [], error: null };
    if (endpoints.length === 0) return nothing;
    try {
      const live = await liveOf(target, config, state, daemon);
      if (live === null) return nothing;
      const { fingerprint } = live.awaited;
      const served = await Promise.all(
        endpoints.map(async endpoint => {
          const presented = await inSlot(() => endpointLook(endpoint, live.awaited, signal));
          return recordAfter(endpoint, presented, { fingerprint, before: null, now: Date.now() });
        }),
      );
      const { lifetimeMs } = live;
      return { ...nothing, live: { fingerprintSha256: fingerprint, lifetimeMs }, served };
    } catch (thrown) {
      return { ...nothing, error: asCertdError(thrown) };
    }
  };
}

/** From the disk, of which certificates are enough; who may not read those has the daemon's word. */
async function liveOf(
  target: Target,
  config: Config,
  { layout, world }: State,
  daemon: Daemon,
): Promise<Live | null> {
  const seen = world.seen(target.name);
  const awaited = awaitedLive(target, seen, { layout, authorities: config.authorities });
  if (awaited !== null && seen.live !== null) return { awaited, lifetimeMs: lifetimeOf(seen.live) };
  const id = liveId(layout, target.name);
  if (id === null) return null;
  const error = whyUnread(layout.deployedGeneration(target.name, id));
  const told = error.code === 'permission-denied' ? await daemon(target.name) : null;
  if (told === null) throw withRootHint(error);
  return toldLive(target, told, config);
}

/** Why a leaf could not be read a moment ago. */
function whyUnread(directory: string): CertdError {
  try {
    readLeafOf(directory);
    return new CertdError('generation-damaged', `${directory} is being changed`);
  } catch (thrown) {
    return asCertdError(thrown);
  }
}

/** What the daemon says of a certificate; null where there is none, or it does not know it. */
type Daemon = (name: string) => Promise<CertificateStatus | null>;

/** Asks the daemon once, when it is needed. */
function openDaemon({ health }: Config, { runtimeDir }: Places): Daemon {
  let answer: Promise<StatusDocument | null> | null = null;
  return async name => {
    answer ??= askStatus(health.socket ?? defaultHealthSocket(runtimeDir));
    return (await answer)?.certificates.find(certificate => certificate.name === name) ?? null;
  };
}

const patienceMs = 2000;

async function askStatus(socket: string): Promise<StatusDocument | null> {
  const question = { socket, method: 'GET', path: '/status', body: null, timeoutMs: patienceMs } as const;
  try {
    const { status, body } = await askDaemon(question);
    return status === 200 && isStatusDocument(body) ? body : null;
  } catch (thrown) {
    if (thrown instanceof CertdError) return null;
    throw thrown;
  }
}

function toldLive(target: Target, told: CertificateStatus, config: Config): Live | null {
  const { fingerprint_sha256: fingerprint, not_before: begin, not_after: end } = told;
  if (fingerprint === null || begin === null || end === null) return null;
  const authority = config.authorities.get(told.ca ?? target.cas[0].name);
  const roots = authority === undefined ? 'system' : rootsFor(authority);
  if (roots === 'any') {
    const why = `nobody trusts the CA of ${target.name}, and this user may not read where its chain leads to; run as root`;
    throw new CertdError('permission-denied', why);
  }
  const { keyType } = target;
  return {
    awaited: { fingerprint, keyType, roots, fullchainPem: '' },
    lifetimeMs: Date.parse(end) - Date.parse(begin),
  };
}
