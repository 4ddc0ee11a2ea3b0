import { builtCommands } from '../src/commands/built.ts';
import { type CommandWords, commandWords, type OptionWords } from '../src/commands/command-words.ts';
import { placeOptions } from '../src/commands/words.ts';
import { version as thisVersion } from '../src/host/version.ts';

/** certd(8), in the macros of man(7). `date`: of the release; without it the page has none. */
export function manPage(date: Date | null = null, version = thisVersion): string {
  const commands = commandWords(builtCommands);
  const places = new Set(placeOptions.map(({ flags }) => flags.split(' ')[0]));
  const common = commands[0]?.options.filter(({ long }) => places.has(long)) ?? [];
  const own = ({ options }: CommandWords) => options.filter(({ long }) => !places.has(long));
  return [
    `.TH CERTD 8 "${date?.toISOString().slice(0, 10) ?? ''}" ${quoted(`certd ${version}`)} ${quoted('System Administration')}`,
    '.SH NAME',
    'certd \\- obtains, renews and deploys certificates',
    '.SH SYNOPSIS',
    '.B certd',
    '.I command',
    '[options] [values]',
    '.SH DESCRIPTION',
    ...text(description),
    '.SH COMMANDS',
    ...commands.flatMap(command => [
      '.TP',
      `.B certd ${roff(command.name)}${command.values.map(valueText).join('')}${own(command).length > 0 ? ' \\fR[options]' : ''}`,
      ...text(sentence(command.summary)),
      ...own(command).flatMap(option => ['.RS', ...optionLines(option), '.RE']),
    ]),
    '.TP',
    '.B certd help \\fR[\\fIcommand\\fR]',
    'The same for one command.',
    '.SH OPTIONS',
    'Of every command but completion:',
    ...common.flatMap(optionLines),
    '.SH EXIT STATUS',
    ...rows(exitCodes),
    '.PP',
    ...text('status, verify and doctor end as monitoring plugins do:'),
    ...rows(monitoringCodes),
    '.SH FILES',
    ...rows(files),
    '.SH ENVIRONMENT',
    ...rows(environment),
    '.SH EXAMPLES',
    'The smallest configuration:',
    '.PP',
    '.nf',
    ...example.map(roff),
    '.fi',
    '.PP',
    ...text('certd init writes one like it, and config.example.yaml shows every key.'),
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR systemd.unit (5)',
  ]
    .map(line => `${line}\n`)
    .join('');
}

const description = [
  'certd is a daemon for servers. It obtains certificates from an ACME CA such as Let’s Encrypt, renews them in time, puts them on disk so that a server never sees half of one, and runs a reload command once for each certificate that really changed.',
  'Under systemd two services share the work: certd.service talks to the CA, as a user without rights, and certd-deploy.service makes live what was obtained, as root.',
].join('\n.PP\n');

const exitCodes = [
  ['0', 'It is done.'],
  ['1', 'It failed; standard error says why, with a code.'],
  ['64', 'The command line is wrong; nothing was done.'],
  ['78', 'The configuration is bad.'],
] as const;

const monitoringCodes = [
  ['0', 'OK'],
  ['1', 'WARNING'],
  ['2', 'CRITICAL'],
  ['3', 'UNKNOWN'],
] as const;

const files = [
  ['/etc/certd/config.yaml', 'The configuration; YAML.'],
  ['/etc/certd/conf.d/*.yaml', 'More certificates.'],
  [
    '/var/lib/certd/live/NAME/',
    'What servers are configured with: fullchain.pem, privkey.pem, cert.pem, chain.pem.',
  ],
  ['/var/lib/certd/', 'The state. deployed/ has earlier certificates, issuer/ is the daemon’s own.'],
  ['/run/certd/health.sock', 'HTTP on a Unix socket: /livez, /healthz, /status, /metrics.'],
  ['/var/www/certd/', 'The webroot that the shipped units allow without more.'],
  [
    '/usr/share/doc/certd/docs/',
    'The manual: install.md, how-to/, and errors.md, which says of each code what to do about it.',
  ],
] as const;

const environment = [
  ['NO_COLOR', 'Set to anything, it keeps colours out of what is printed on a terminal.'],
  [
    'NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS',
    'From the service manager: certd tells it when it is ready and alive, and takes its sockets.',
  ],
] as const;

const example = [
  'account: { email: ops@example.com, agree_tos: true }',
  'certificates:',
  '  - domains: [example.com, www.example.com]',
  '    challenge: { webroot: /var/www/certd }',
  '    deploy: { hooks: [nginx -s reload] }',
];

function rows(table: readonly (readonly [string, string])[]): string[] {
  return table.flatMap(([term, words]) => ['.TP', `.B ${roff(term)}`, ...text(words)]);
}

function optionLines({ long, value, summary, choices, otherwise }: OptionWords): string[] {
  // Some summaries say the choices themselves.
  const list =
    choices.filter(choice => !summary.includes(choice)).length === 0 ? '' : `One of ${choices.join(', ')}. `;
  const rest = otherwise === null ? '' : `Default: ${otherwise}.`;
  return [
    '.TP',
    `.B ${roff(long)}${value === null ? '' : ` \\fI${roff(value)}\\fR`}`,
    ...text(`${sentence(summary)} ${list}${rest}`.trim()),
  ];
}

function valueText({ name, required, many, choices }: CommandWords['values'][number]): string {
  const word =
    choices.length > 0 ? choices.map(choice => `\\fB${roff(choice)}\\fR`).join('|') : `\\fI${roff(name)}\\fR`;
  const words = many ? `${word}...` : word;
  return required ? ` ${words}` : ` \\fR[${words}\\fR]`;
}

/** A summary may begin with a choice, which stays as it is typed. */
function sentence(summary: string): string {
  if (/^\w+:/.test(summary)) return `${summary}.`;
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

/** Lines of text; those that begin with a dot are macros already. */
function text(words: string): string[] {
  return words.split('\n').map(line => (line.startsWith('.') ? line : roff(line.replaceAll('`', ''))));
}

/** groff_char(7): a hyphen that is to be typed, a backslash, and what is not ASCII. */
function roff(line: string): string {
  const safe = line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(
      /[^\x20-\x7e]/gu,
      character => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}

function quoted(words: string): string {
  return `"${roff(words)}"`;
}
