import { CertdError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { readBindingKey } from './binding-key.ts';
import { openSigner } from './client.ts';
import type { Connection } from './connection.ts';
import type { Directory } from './decode.ts';
import { locationOf } from './location.ts';

export type Registration = {
  /** Name of the CA in the configuration, for words about `cas.<name>`. */
  readonly ca: string;
  readonly connection: Connection;
  readonly email: string | null;
  readonly agreeTos: boolean;
  /** External account binding (RFC 8555 §7.3.4). */
  readonly eab: { readonly kid: string; readonly hmacKeyFile: string } | null;
  readonly clock: Clock;
};

type Key = {
  readonly pem: string;
  /** Made a moment ago: no CA has seen it. */
  readonly isNew: boolean;
};

/**
 * The URL of the key's account: of the one that exists, else of a new one (RFC 8555 §7.3). A binding may be good
 * for one account only. So where the CA may know the key, because an answer was lost, it is asked first (§7.3.1).
 */
export async function register(registration: Registration, key: Key, signal: AbortSignal): Promise<string> {
  const { connection, eab } = registration;
  const directory = await connection.directory(signal);
  const mustBind = directory.externalAccountRequired;
  if (!key.isNew && (eab !== null || mustBind)) {
    const known = await findAccount(registration, directory, key.pem, signal);
    if (known !== null) return known;
  }
  if (eab === null && mustBind) throw eabRequired(registration.ca);
  return makeAccount(registration, directory, key.pem, signal);
}

/** Null where the CA knows no account of this key. */
async function findAccount(
  { connection, clock }: Registration,
  { newAccount }: Directory,
  keyPem: string,
  signal: AbortSignal,
): Promise<string | null> {
  const signer = openSigner(connection, { keyPem, url: null }, clock);
  const payload = { onlyReturnExisting: true };
  try {
    const request = { kind: 'account', url: newAccount, payload, accept: [200] } as const;
    return locationOf(await signer.post(request, signal), newAccount, 'newAccount');
  } catch (error) {
    if (nameOf(error) === 'accountDoesNotExist') return null;
    throw error;
  }
}

async function makeAccount(
  registration: Registration,
  { newAccount }: Directory,
  keyPem: string,
  signal: AbortSignal,
): Promise<string> {
  const { connection, eab, email, agreeTos, clock } = registration;
  const payload = {
    termsOfServiceAgreed: agreeTos,
    ...(email === null ? {} : { contact: [`mailto:${email}`] }),
  };
  const binding = eab === null ? null : { kid: eab.kid, macKey: await readBindingKey(eab.hmacKeyFile) };
  const signer = openSigner(connection, { keyPem, url: null }, clock);
  // 200: the account of this key existed already.
  const request = { kind: 'account', url: newAccount, payload, accept: [200, 201] } as const;
  try {
    const answer = await signer.post(binding === null ? request : { ...request, binding }, signal);
    return locationOf(answer, newAccount, 'newAccount');
  } catch (error) {
    throw aboutBinding(error, registration);
  }
}

/** What CAs answer to a binding that they do not know, that is spent, or that is not signed by its key. */
const bindingRefusals: ReadonlySet<string> = new Set([
  'unauthorized',
  'malformed',
  'externalAccountRequired',
]);

function aboutBinding(error: unknown, { ca, eab }: Registration): unknown {
  const name = nameOf(error);
  if (!(error instanceof CertdError) || name === null) return error;
  if (eab === null) return name === 'externalAccountRequired' ? eabRequired(ca, error) : error;
  if (!bindingRefusals.has(name)) return error;
  const message = `The CA ${ca} does not take the external account binding with the kid ${eab.kid}: ${error.message}`;
  return new CertdError('eab-refused', message, {
    facts: error.facts,
    problemType: error.problemType,
    cause: error,
  });
}

function eabRequired(ca: string, cause?: CertdError): CertdError {
  const message = `The CA ${ca} wants an external account binding: set \`cas.${ca}.eab\` to { kid: …, hmac_key_file: … }.`;
  return new CertdError('eab-required', message, {
    facts: cause?.facts ?? { request: 'account' },
    problemType: cause?.problemType ?? null,
    cause,
  });
}

/** The last part of an ACME problem’s URN. */
function nameOf(error: unknown): string | null {
  return error instanceof CertdError ? (error.problemType?.split(':').at(-1) ?? null) : null;
}
