import { type CommandWords, type Kind, kindOf } from './command-words.ts';

/** A completion for fish. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# fish completion for certd, made by \`certd completion fish\`

# What is live; anybody may look there.
function __certd_certificates
    for path in /var/lib/certd/live/*
        test -L $path; and string replace -r '.*/' '' $path
    end
end

complete -c certd -f
complete -c certd -n 'not __fish_seen_subcommand_from ${names} help' -l version -d 'the version'
complete -c certd -l help -d 'help'
complete -c certd -n 'not __fish_seen_subcommand_from ${names} help' -a help -d 'help for a command'
${commands
  .flatMap(command => [
    `complete -c certd -n 'not __fish_seen_subcommand_from ${names} help' -a ${command.name} -d ${quoted(command.summary)}`,
    ...optionLines(command),
    ...valueLines(command),
  ])
  .join('\n')}
`;
}

function optionLines({ name, options }: CommandWords): string[] {
  return options.map(option => {
    const value = option.value === null ? '' : ` -x${action(kindOf(option, option.value, true))}`;
    return `complete -c certd -n '__fish_seen_subcommand_from ${name}' -l ${option.long.slice(2)}${value} -d ${quoted(option.summary)}`;
  });
}

function valueLines({ name, values }: CommandWords): string[] {
  return values.flatMap(value => {
    const words = action(kindOf(value, value.name, false));
    return words === '' ? [] : [`complete -c certd -n '__fish_seen_subcommand_from ${name}'${words}`];
  });
}

function action(kind: Kind): string {
  if (kind === null) return '';
  if (kind === 'file') return " -a '(__fish_complete_path (commandline -ct))'";
  if (kind === 'directory') return " -a '(__fish_complete_directories (commandline -ct))'";
  return kind === 'certificate' ? " -a '(__certd_certificates)'" : ` -a ${quoted(kind.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
