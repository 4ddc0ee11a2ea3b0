import type { OptionRow, ValueRow } from './command-row.ts';

/** Options of every command: `Places`. */
export const placeOptions = [
  { flags: '--config <file>', summary: 'configuration', otherwise: '/etc/certd/config.yaml' },
  { flags: '--state-dir <dir>', summary: 'state', otherwise: '/var/lib/certd' },
  { flags: '--runtime-dir <dir>', summary: 'sockets', otherwise: '/run/certd' },
  {
    flags: '--log-level <level>',
    summary: 'how much is logged',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
  },
] as const satisfies readonly OptionRow[];

/** Options of `status` beside those; its quick way reads the same rows as commander. */
export const statusOptions = [
  { flags: '--json', summary: 'the whole document as JSON' },
  { flags: '--short', summary: 'one line, as monitoring plugins print it' },
  { flags: '--watch', summary: 'again every two seconds, until Ctrl-C' },
] as const satisfies readonly OptionRow[];

export const oneName: ValueRow = { words: '<name>', summary: 'a certificate' };

export const someNames: ValueRow = { words: '[name...]', summary: 'certificates; all when left out' };

/** The words with options of every command behind the command: `certd --config F status` is `certd status --config F`. */
export function commandFirst(argv: readonly string[]): readonly string[] {
  const valued = placeOptions.map(({ flags }) => flags.split(' ')[0] ?? '');
  let at = 0;
  while (valued.some(long => argv[at] === long || argv[at]?.startsWith(`${long}=`))) {
    at += argv[at]?.includes('=') ? 1 : 2;
  }
  const command = argv[at];
  if (at === 0 || command === undefined || command.startsWith('-')) return argv;
  return [command, ...argv.slice(0, at), ...argv.slice(at + 1)];
}
