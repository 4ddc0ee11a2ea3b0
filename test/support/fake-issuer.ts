import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { CertdError } from '../../src/core/errors.ts';
import type { Instant, Millis } from '../../src/core/instant.ts';
import { chooseProfile } from '../../src/core/issue/profile.ts';
import type { Download, Issuer, RenewalInfo } from '../../src/core/ports.ts';
import { splitChain } from '../../src/x509/pem.ts';
import { makeLeaf, type TestCa } from './make-cert.ts';

/** A CA in this process: the second implementation of the issuer port, as strict as the first about orders. */
export type FakeIssuer = Issuer & {
  /** Domains of every order ever placed, in order. */
  readonly orders: readonly (readonly string[])[];
  /** URLs that `complete` was called with: their orders must be on disk for good by then. */
  readonly taken: readonly string[];
  /** The profile of each order. */
  readonly profilesOrdered: readonly (string | null)[];
  /** What the CA offers from now on. */
  setProfiles(names: readonly string[]): void;
  /** The certID that each order replaces. */
  readonly replaced: readonly (string | null)[];
  /** The certID of every question for a window. */
  readonly windowsAsked: readonly string[];
  /** How often it was asked for its directory and the account alone. */
  readonly checks: number;
  /** What was revoked, also again: the serial and the reason. */
  readonly revoked: readonly { readonly serial: string; readonly reason: string }[];
  /** Thrown once, at the next call of this kind; several are thrown one after the other. */
  failNext(at: Call, error: CertdError): void;
  /** Thrown at each order that has this domain, whichever comes first of those that are placed at once. */
  refuse(domain: string, error: CertdError): void;
  /** Further chains from now on: each follows the leaf in the place of the CA's own certificate. PEM. */
  offerChains(chains: readonly string[]): void;
  /** How many of them were fetched. */
  chainsFetched(): number;
  /** What the next `complete` answers, whatever was ordered. */
  deliverNext(pem: string): void;
  /** How long before now the certificates of later orders begin; they last as long as ever. */
  dateBack(ms: Millis): void;
  /** What `renewalInfo` answers; null: the CA has no ARI. */
  setWindow(window: { readonly start: Instant; readonly end: Instant } | null): void;
  /** The account of later orders. */
  setAccount(url: string): void;
  /** Remembers all that it knows now; what it returns brings that back, as often as it is called. */
  keep(): () => void;
};

type Call = 'order' | 'complete' | 'window' | 'revoke' | 'check';

type Known = {
  readonly orders: { domains: readonly string[]; validated: string[]; pem: string | null }[];
  readonly taken: string[];
  readonly replaced: (string | null)[];
  readonly profilesOrdered: (string | null)[];
  readonly windowsAsked: string[];
  readonly revoked: { serial: string; reason: string }[];
  readonly failures: { at: Call; error: CertdError }[];
  readonly refused: Map<string, CertdError>;
  profiles: readonly string[];
  checks: number;
  chains: readonly string[];
  fetched: number;
  foreign: string | null;
  account: string;
  backdated: Millis;
  window: { readonly start: Instant; readonly end: Instant } | null;
};

type Options = { readonly ca: TestCa; readonly now: () => Instant; readonly lifetimeMs: Millis };

/**
 * An order is completed only with its own names, after each token was presented, and stays available for
 * download, as RFC 8555 has it. A second `complete` of a finished order gives the same certificate.
 */
export function fakeIssuer({ ca, now, lifetimeMs }: Options): FakeIssuer {
  let known = knowsNothing();
  const failIfAsked = (at: Call) => {
    const index = known.failures.findIndex(failure => failure.at === at);
    const [failure] = index === -1 ? [] : known.failures.splice(index, 1);
    if (failure !== undefined) throw failure.error;
  };
  const offer = (pem: string): Download => ({
    chainPem: pem,
    alternates: async function* () {
      for (const chain of known.chains) {
        known.fetched += 1;
        yield splitChain(pem)[0] + chain;
      }
    },
  });
  return {
    get orders() {
      return known.orders.map(({ domains }) => domains);
    },
    get taken() {
      return known.taken;
    },
    get replaced() {
      return known.replaced;
    },
    get profilesOrdered() {
      return known.profilesOrdered;
    },
    setProfiles: names => {
      known.profiles = names;
    },
    get checks() {
      return known.checks;
    },
    get windowsAsked() {
      return known.windowsAsked;
    },
    get revoked() {
      return known.revoked;
    },
    failNext: (at, error) => {
      known.failures.push({ at, error });
    },
    refuse: (domain, error) => {
      known.refused.set(domain, error);
    },
    offerChains: offered => {
      known.chains = offered;
    },
    chainsFetched: () => known.fetched,
    deliverNext: pem => {
      known.foreign = pem;
    },
    dateBack: ms => {
      known.backdated = ms;
    },
    setWindow: wanted => {
      known.window = wanted;
    },
    setAccount: url => {
      known.account = url;
    },
    keep: () => {
      const kept = copyOf(known);
      return () => {
        known = copyOf(kept);
      };
    },
    order: async ({ domains, replaces, profile }, signal) => {
      stopIfAsked(signal);
      failIfAsked('order');
      const refusal = domains.map(domain => known.refused.get(domain)).find(error => error !== undefined);
      if (refusal !== undefined) throw refusal;
      const { ordered, note } = chooseProfile(profile, known.profiles);
      known.orders.push({ domains, validated: [], pem: null });
      known.replaced.push(replaces);
      known.profilesOrdered.push(ordered);
      return {
        url: `https://ca.test/order/${known.orders.length}`,
        account: known.account,
        profile: ordered,
        note,
      };
    },
    complete: async ({ orderUrl, csr, solver }, signal) => {
      const order = known.orders[Number(orderUrl.split('/').at(-1)) - 1];
      known.taken.push(orderUrl);
      if (order === undefined) throw new CertdError('order-gone', `${orderUrl} is not known`);
      stopIfAsked(signal);
      failIfAsked('complete');
      if (known.foreign !== null) {
        order.pem = known.foreign;
        known.foreign = null;
      }
      if (order.pem !== null) return offer(order.pem);
      for (const domain of order.domains.filter(name => !order.validated.includes(name))) {
        const token = `token-${known.orders.indexOf(order)}-${domain.replaceAll('.', '_')}`;
        try {
          await solver.present({ domain, token, keyAuthorization: `${token}.thumbprint` }, signal);
          order.validated.push(domain);
        } finally {
          await solver.cleanUp(token);
        }
      }
      order.pem = await certify(csr, order.domains, { ca, now: now() - known.backdated, lifetimeMs });
      return offer(order.pem);
    },
    check: async signal => {
      stopIfAsked(signal);
      failIfAsked('check');
      known.checks += 1;
      return true;
    },
    revoke: async ({ certificatePem, keyPem, reason }, signal) => {
      stopIfAsked(signal);
      failIfAsked('revoke');
      const certificate = new X509Certificate(certificatePem);
      if (!certificate.checkPrivateKey(createPrivateKey(keyPem))) throw new Error('the key of another');
      known.revoked.push({ serial: certificate.serialNumber.toLowerCase(), reason });
      return 'account';
    },
    account: async signal => {
      stopIfAsked(signal);
      return known.account;
    },
    renewalInfo: async (certId, signal): Promise<RenewalInfo | null> => {
      known.windowsAsked.push(certId);
      stopIfAsked(signal);
      failIfAsked('window');
      return known.window === null
        ? null
        : { ...known.window, explanationUrl: null, checkAt: now() + 6 * 3_600_000 };
    },
  };
}

function knowsNothing(): Known {
  return {
    orders: [],
    taken: [],
    replaced: [],
    profilesOrdered: [],
    windowsAsked: [],
    revoked: [],
    failures: [],
    refused: new Map(),
    profiles: [],
    checks: 0,
    chains: [],
    fetched: 0,
    foreign: null,
    account: 'https://ca.test/account/1',
    backdated: 0,
    window: null,
  };
}

function copyOf(known: Known): Known {
  return {
    ...known,
    orders: known.orders.map(order => ({ ...order, validated: [...order.validated] })),
    taken: [...known.taken],
    replaced: [...known.replaced],
    profilesOrdered: [...known.profilesOrdered],
    windowsAsked: [...known.windowsAsked],
    revoked: [...known.revoked],
    failures: [...known.failures],
    refused: new Map(known.refused),
  };
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new CertdError('stopped', 'certd was stopped');
}

async function certify(
  csr: Uint8Array,
  domains: readonly string[],
  { ca, now, lifetimeMs }: { ca: TestCa; now: Instant; lifetimeMs: Millis },
): Promise<string> {
  const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(csr));
  if (!(await request.verify())) throw new CertdError('csr-refused', 'the request is not signed by its key');
  const publicKey = createPublicKey({
    key: Buffer.from(request.publicKey.rawData),
    format: 'der',
    type: 'spki',
  });
  const { pem } = await makeLeaf(ca, {
    domains,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    notBefore: new Date(now),
    notAfter: new Date(now + lifetimeMs),
  });
  return pem + ca.pem;
}
