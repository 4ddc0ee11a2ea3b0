import { type ArgumentWords, type CommandWords, type Kind, kindOf } from './command-words.ts';

/** A completion for zsh, to lie as `_certd` in a directory of `fpath`. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef certd
# zsh completion for certd, made by \`certd completion zsh\`

_certd() {
  local curcontext=$curcontext context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
    'help:help for a command'
  )
  _arguments -C '(- *)--help[help]' '(- *)--version[the version]' '1: :->command' '*:: :->values'
  case $state in
    command) _describe -t commands command commands ;;
    values)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}

# What is live; anybody may look there.
_certd_certificates() {
  local -a names=(\${opt_args[--state-dir]:-/var/lib/certd}/live/*(N@:t))
  _describe -t certificates certificate names
}

if [[ $funcstack[1] == _certd ]]; then _certd "$@"; else compdef _certd certd; fi
`;
}

function commandCase({ name, options, values }: CommandWords): string {
  const specs = [
    ...options.map(option => {
      const value =
        option.value === null ? '' : `:${option.value}:${action(kindOf(option, option.value, true))}`;
      const repeats = name === 'init' && ['--domain', '--hook'].includes(option.long) ? '*' : '';
      return `${repeats}${option.long}${option.value === null ? '' : '='}[${option.summary.replaceAll(/[[\]:\\]/g, '\\$&')}]${value}`;
    }),
    '(- *)--help[help]',
    ...values.map(valueSpec),
  ];
  return `        ${name}) _arguments ${specs.map(quoted).join(' ')} ;;`;
}

function valueSpec(value: ArgumentWords, index: number): string {
  const place = value.many ? '*' : `${index + 1}`;
  return `${place}:${value.name}:${action(kindOf(value, value.name, false))}`;
}

function action(kind: Kind): string {
  if (kind === null) return ' ';
  if (kind === 'file') return '_files';
  if (kind === 'directory') return '_directories';
  return kind === 'certificate' ? '_certd_certificates' : `(${kind.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
