import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestText } from './json-request.ts';
import { makeCa, makeLeaf } from './make-cert.ts';
import { freePorts } from './ports.ts';
import { type RunningProcess, startProcess } from './run-process.ts';
import { waitUntilListening } from './wait-until.ts';

/** What is left out is the quiet, repeatable choice: no refusals, no reuse, no sleeps, no Retry-After. */
export type PebbleOptions = {
  /** Per cent of good nonces that are refused (badNonce). */
  readonly nonceReject?: number;
  /** Per cent of valid authorizations that a new order takes over; Pebble takes one more than it is told. */
  readonly authzReuse?: number;
  /** Sleeps up to this many seconds before each validation. */
  readonly validationSleep?: number;
  readonly alternateRoots?: number;
  /**
   * By name; `validityPeriod` in seconds. Left out: 90 days for all. Of several, Pebble draws one for an order
   * that names none.
   */
  readonly profiles?: Readonly<Record<string, { description: string; validityPeriod: number }>>;
  readonly blocklist?: readonly string[];
  /** Accounts need an external account binding, with one of these MAC keys in base64url, by key identifier. */
  readonly eabKeys?: Readonly<Record<string, string>>;
  /** Seconds; 0 sends no Retry-After for orders and authorizations under way. */
  readonly retryAfter?: number;
};

export type TestPebble = {
  readonly process: RunningProcess;
  readonly directoryUrl: string;
  /** PEM file with the root of Pebble's own HTTPS certificate. */
  readonly trustFile: string;
  /** PEM file with every issuing root, alternate ones included. */
  readonly rootsFile: string;
  /** What renewalInfo (RFC 9773 §4.2) answers for this certificate from now on. Times in ms since the epoch. */
  setRenewalInfo(
    certificatePem: string,
    window: { readonly start: number; readonly end: number; readonly explanationUrl?: string },
  ): Promise<void>;
  /** The same with any text, also one that is no JSON. */
  setRenewalInfoText(certificatePem: string, text: string): Promise<void>;
  /** What the CA says of a certificate; `reason` is null for one that is not revoked. */
  revocation(certificatePem: string): Promise<{ readonly status: string; readonly reason: number | null }>;
  /** PEM of the issuing root; above 0 an alternate one. */
  root(index?: number): Promise<string>;
  /** How many orders were placed so far; a request refused for its nonce places none. */
  orders(): number;
  /** Every ACME request so far, oldest first; `path` without identifiers, for example `/order-plz`. */
  requests(): { readonly method: string; readonly path: string }[];
};

/** Pebble in strict mode with an ECDSA hierarchy. `validationPort`: where it looks for HTTP-01 answers. */
export async function startPebble(
  program: string,
  dir: string,
  wish: PebbleOptions & { readonly validationPort: number; readonly dnsAddress: string },
): Promise<TestPebble> {
  const [port = 0, managementPort = 0] = await freePorts(2);
  const https = await makeHttpsCertificate(dir);
  const configFile = join(dir, 'pebble.json');
  await writeFile(configFile, JSON.stringify({ pebble: configOf(wish, port, managementPort, https) }));
  const process = await startProcess({
    name: 'Pebble',
    argv: [program, '-strict', '-config', configFile, '-dnsserver', wish.dnsAddress],
    env: {
      PEBBLE_WFE_NONCEREJECT: String(wish.nonceReject ?? 0),
      PEBBLE_AUTHZREUSE: String(wish.authzReuse ?? 0),
      PEBBLE_ALTERNATE_ROOTS: String(wish.alternateRoots ?? 0),
      ...(wish.validationSleep === undefined
        ? { PEBBLE_VA_NOSLEEP: '1' }
        : { PEBBLE_VA_SLEEPTIME: String(wish.validationSleep) }),
    },
    logFile: join(dir, 'pebble.log'),
  });
  await waitUntilListening('Pebble', { port }, process);
  await waitUntilListening('the management of Pebble', { port: managementPort }, process);
  const ca = await readFile(https.trustFile, 'utf8');
  const management = (path: string, body?: unknown) =>
    requestText(`https://127.0.0.1:${managementPort}/${path}`, { ca, body });
  const root = (index = 0) => management(`roots/${index}`);
  const rootsFile = join(dir, 'pebble-roots.pem');
  const roots = Array.from({ length: 1 + (wish.alternateRoots ?? 0) }, (_, index) => root(index));
  await writeFile(rootsFile, (await Promise.all(roots)).join(''));
  const setText = async (certificate: string, text: string) =>
    void (await management('set-renewal-info/', { certificate, ariResponse: text }));
  return {
    process,
    directoryUrl: `https://127.0.0.1:${port}/dir`,
    trustFile: https.trustFile,
    rootsFile,
    setRenewalInfo: (pem, window) => setText(pem, renewalInfoText(window)),
    setRenewalInfoText: setText,
    revocation: async pem => {
      const { serialNumber } = new X509Certificate(pem);
      const text = await management(`cert-status-by-serial/${serialNumber.toLowerCase()}`);
      const { Status: status, Reason: reason = null } = JSON.parse(text);
      return { status, reason };
    },
    root,
    orders: () => process.log().split('Added order "').length - 1,
    requests: () => requestsIn(process.log()),
  };
}

function configOf(
  wish: PebbleOptions & { readonly validationPort: number },
  port: number,
  managementPort: number,
  https: { certificate: string; privateKey: string },
) {
  const seconds = wish.retryAfter ?? 0;
  return {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: https.certificate,
    privateKey: https.privateKey,
    httpPort: wish.validationPort,
    tlsPort: 443,
    ocspResponderURL: '',
    externalAccountBindingRequired: wish.eabKeys !== undefined,
    externalAccountMACKeys: wish.eabKeys ?? {},
    domainBlocklist: wish.blocklist ?? [],
    retryAfter: { authz: seconds, order: seconds },
    keyAlgorithm: 'ecdsa',
    profiles: wish.profiles ?? { default: { description: '90 days', validityPeriod: 90 * 86_400 } },
  };
}

const year = 365 * 86_400_000;

async function makeHttpsCertificate(dir: string) {
  const files = {
    certificate: join(dir, 'pebble-https.pem'),
    privateKey: join(dir, 'pebble-https.key'),
    trustFile: join(dir, 'pebble-https-root.pem'),
  };
  // For years to both sides: a test may set the clock of certd, which is not Pebble's.
  const lifetime = { notBefore: new Date(Date.now() - 3 * year), notAfter: new Date(Date.now() + 3 * year) };
  const root = await makeCa('root of the HTTPS of Pebble', undefined, lifetime);
  const leaf = await makeLeaf(root, { domains: ['localhost', '127.0.0.1'], ...lifetime });
  await Promise.all([
    writeFile(files.certificate, leaf.pem),
    writeFile(files.privateKey, leaf.keyPem, { mode: 0o600 }),
    writeFile(files.trustFile, root.pem),
  ]);
  return files;
}

function renewalInfoText(window: { start: number; end: number; explanationUrl?: string }): string {
  const at = (instant: number) => new Date(instant).toISOString();
  return JSON.stringify({
    suggestedWindow: { start: at(window.start), end: at(window.end) },
    ...(window.explanationUrl === undefined ? {} : { explanationURL: window.explanationUrl }),
  });
}

/** The management's own requests go through the same log line. */
function requestsIn(log: string) {
  return [...log.matchAll(/(GET|HEAD|POST) (\S+) -> calling handler/g)]
    .map(([, method = '', path = '']) => ({ method, path }))
    .filter(({ path }) => !/^\/(set-renewal-info|root|cert-status-by-serial)/.test(path));
}
