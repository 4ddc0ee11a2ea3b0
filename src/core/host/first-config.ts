/** What a first configuration says; every text as the configuration takes it. */
export type FirstConfig = {
  readonly domains: readonly string[];
  /** Null where none is to be given to the CA. */
  readonly email: string | null;
  /** Null for the default. */
  readonly ca: string | null;
  readonly profile: string | null;
  /** A directory, or null for the socket of systemd. */
  readonly webroot: string | null;
  readonly hooks: readonly string[];
};

/** A configuration of one certificate as YAML: the smallest that works. */
export function firstConfig({ domains, email, ca, profile, webroot, hooks }: FirstConfig): string {
  const account = email === null ? 'agree_tos: true' : `email: ${yamlText(email)}, agree_tos: true`;
  const challenge = webroot === null ? 'standalone: { socket: systemd }' : `webroot: ${yamlText(webroot)}`;
  return [
    `account: { ${account} }`,
    ...(ca === null ? [] : [`ca: ${yamlText(ca)}`]),
    'certificates:',
    `  - domains: ${yamlList(domains)}`,
    ...(profile === null ? [] : [`    profile: ${yamlText(profile)}`]),
    `    challenge: { ${challenge} }`,
    ...(hooks.length === 0 ? [] : [`    deploy: { hooks: ${yamlList(hooks)} }`]),
  ]
    .map(line => `${line}\n`)
    .join('');
}

function yamlList(texts: readonly string[]): string {
  return `[${texts.map(yamlText).join(', ')}]`;
}

/**
 * A text in a flow collection of YAML 1.2: as it is where nothing in it means something there, else as JSON, which is YAML
 * as well (YAML 1.2.2 §1.2) once what YAML does not print is escaped (§5.1).
 */
function yamlText(text: string): string {
  if (plain.test(text) && !keyword.test(text)) return text;
  return JSON.stringify(text).replaceAll(/[^\x20-\x7e]/gu, escaped);
}

const plain = /^[A-Za-z/][A-Za-z0-9/._@=-]*(?: [A-Za-z0-9/._@=-]+)*$/;

/** What a reader of YAML 1.1 or 1.2 takes for something else than text. */
const keyword = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
