import { type CommandWords, type Kind, kindOf } from './command-words.ts';

/** A completion for bash, which needs nothing but bash 4. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = [...commands.map(({ name }) => name), 'help'];
  return `# bash completion for certd, made by \`certd completion bash\`

_certd() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' state=/var/lib/certd i
  # bash takes "--option=value" for three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --state-dir)
        state=\${COMP_WORDS[i + 1]}
        [[ $state != '=' ]] || state=\${COMP_WORDS[i + 2]}
        ;;
      ${names.join('|')})
        [[ -n $command || \${COMP_WORDS[i - 1]} == --* ]] || command=\${COMP_WORDS[i]}
        ;;
    esac
  done
  COMPREPLY=()
  if [[ -z $command && $cur != -* ]]; then
    _certd_words ${names.join(' ')}
    return
  fi
  case "$command $prev" in
${optionCases(commands).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(optionsCase).join('\n')}
      '') _certd_words --help --version ;;
    esac
    return
  fi
  case $command in
${commands.flatMap(valueCase).join('\n')}
    help) _certd_words ${names.join(' ')} ;;
  esac
}

_certd_words() {
  local word
  for word in "$@"; do
    [[ $word != "$cur"* ]] || COMPREPLY+=("$word")
  done
}

_certd_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# What is live; anybody may look there.
_certd_certificates() {
  local path
  for path in "$state"/live/*; do
    [[ ! -L $path ]] || _certd_words "\${path##*/}"
  done
}

complete -F _certd certd
`;
}

/** What follows an option; one that every command has is there once. */
function optionCases(commands: readonly CommandWords[]): string[] {
  const rows = commands.flatMap(({ name, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map(option => ({ name, long: option.long, does: action(kindOf(option, option.value, true)) })),
  );
  const patternOf = ({ name, long, does }: (typeof rows)[number]) =>
    rows.every(row => row.long !== long || row.does === does) ? `*' ${long}'` : `'${name} ${long}'`;
  return [...new Set(rows.map(row => `    ${patternOf(row)}) ${row.does}; return ;;`))];
}

function optionsCase({ name, options }: CommandWords): string {
  return `      ${name}) _certd_words ${[...options.map(({ long }) => long), '--help'].join(' ')} ;;`;
}

/** The first value may be one of a few; names of certificates come after it. */
function valueCase({ name, values }: CommandWords): string[] {
  const [first, ...others] = values.map(value => action(kindOf(value, value.name, false)));
  if (first === undefined) return [];
  const [other] = others;
  if (other === undefined) return [`    ${name}) ${first} ;;`];
  return [`    ${name}) if [[ $prev == ${name} ]]; then ${first}; else ${other}; fi ;;`];
}

function action(kind: Kind): string {
  if (kind === null) return ':';
  if (kind === 'file') return '_certd_paths -f';
  if (kind === 'directory') return '_certd_paths -d';
  return kind === 'certificate' ? '_certd_certificates' : `_certd_words ${kind.join(' ')}`;
}
