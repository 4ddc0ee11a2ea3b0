import { randomBytes } from 'node:crypto';
import { type OpenIssuer, openIssuer } from '../acme/issuer.ts';
import { rehearse } from '../challenge/rehearse.ts';
import { withSelfCheck } from '../challenge/self-check.ts';
import type { Standalone } from '../challenge/standalone.ts';
import { webrootSolver } from '../challenge/webroot.ts';
import type { Authority, Config } from '../config/config.ts';
import { CertdError, logFields } from '../core/errors.ts';
import { configOf } from '../core/half.ts';
import type { Tally } from '../core/metrics/counters.ts';
import type { ChallengeMethod } from '../core/model.ts';
import { commandText } from '../deploy/hook-order.ts';
import { unlessAborted } from '../host/unless-aborted.ts';
import { version } from '../host/version.ts';
import type { Log } from '../log.ts';
import type { HostParts } from '../pass/host-parts.ts';
import type { PassParts } from '../pass/pass-parts.ts';
import { accountStore } from '../store/account.ts';
import { tokenRecord } from '../store/tokens.ts';
import { generateKey } from '../x509/keys.ts';
import { createRequest } from '../x509/request.ts';
import type { Traffic } from './traffic.ts';

/** What stays the same under every configuration. */
export type Host = HostParts &
  Traffic & {
    readonly half: PassParts['half'];
    /** `deploy/run-hook.ts`. A daemon has it loaded from the start: an upgrade replaces the files under it. */
    readonly runHook: HostParts['runHook'];
    /** `pass/chain-gate.ts`, one for all configurations: it remembers the roots. */
    readonly chainGate: PassParts['chainGate'];
    readonly tally: Tally;
    /** An order of an earlier configuration may still need it. */
    readonly standalone: Standalone;
  };

/**
 * The real parts of a pass for one configuration, and that as the host's half goes by it. `close` ends the connections to
 * its CAs.
 */
export function buildParts(
  config: Config,
  host: Host,
): { readonly config: Config; readonly parts: PassParts; readonly close: () => void } {
  const issuers = new Map<string, OpenIssuer>();
  const warn = (error: CertdError) => warning(error, host.log);
  const open = (authority: Authority) =>
    openIssuer({
      authority,
      account: accountStore(host.disk, host.layout, authority.directoryUrl),
      accountGuard: host.accountGuard(authority.directoryUrl),
      email: config.account.email,
      agreeTos: true,
      clock: host.clock,
      random: host.random,
      userAgent: `certd/${version}`,
      warn,
      onRequest: kind => host.tally.onRequest(authority.name, kind),
    });
  const ledger = tokenRecord(host.disk, host.layout, warn);
  const solverOf = (method: ChallengeMethod) =>
    method.kind === 'webroot'
      ? webrootSolver({ path: method.path, disk: host.disk, ledger, tokenFiles: host.tokenFiles })
      : host.standalone.solver(method);
  const issuerOf = (authority: Authority): OpenIssuer => {
    const issuer = issuers.get(authority.name) ?? open(authority);
    issuers.set(authority.name, issuer);
    return issuer;
  };
  const parts: PassParts = {
    ...host,
    authorities: config.authorities,
    knownAuthorities: config.knownAuthorities,
    accountFor: authority => issuerOf(authority).care,
    issuerFor: issuerOf,
    solverFor: (target, authority) =>
      withSelfCheck(solverOf(target.challenge), {
        port: authority.validationPort,
        warn,
        lookups: host.lookups,
      }),
    rehearse: ({ challenge, domains }, { validationPort: port }) =>
      rehearse(
        {
          solver: solverOf(challenge),
          domains,
          reading: { port, lookups: host.lookups, timeoutMs: 10_000 },
          newToken: () => randomBytes(32).toString('base64url'),
          warn,
        },
        host.signal,
      ),
    generateKey: type => host.keysInTurn(() => unlessAborted(host.signal, () => generateKey(type), stopped)),
    createRequest,
    runHook: async run => {
      // The only place that shows a command's text, which may have a token in it.
      host.log.debug({ certificates: run.env['CERTD_NAME'], hook: commandText(run.command) }, 'hook begins');
      const endStep = host.beginStep(run.timeoutMs + 2 * run.graceMs);
      try {
        return await host.runHook(run);
      } finally {
        endStep();
      }
    },
  };
  const close = () => {
    for (const issuer of issuers.values()) issuer.close();
  };
  return { config: configOf(host.half, config), parts, close };
}

function stopped(): CertdError {
  return new CertdError('stopped', 'certd is being stopped');
}

function warning(error: CertdError, log: Log): void {
  log.warn(logFields(error), 'attempt goes on with a warning');
}
