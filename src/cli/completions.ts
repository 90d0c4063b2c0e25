/** Completions for three shells, made from the option definitions. */
import type { CommandFacts, OptionFacts, SubcommandFacts } from "./facts.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

export function completionScript(shell: Shell, facts: CommandFacts): string {
  return { bash, zsh, fish }[shell](facts);
}

const names = ({ short, long }: OptionFacts) => [short, long].filter((name) => name !== null);
/** In single quotes of a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Whether the command has a command line of the user's behind `--`. */
const runs = ({ argument }: SubcommandFacts) => argument?.startsWith("-- ") ?? false;

function bash({ options: all, commands }: CommandFacts): string {
  const cases = all.filter(({ value }) => value !== null).map((option) => {
    const pattern = names(option).join("|");
    if (option.file) {
      return `    ${pattern}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;`;
    }
    if (option.words.length === 0) return `    ${pattern}) return ;;`;
    const words = quoted(option.words.join(" "));
    return option.list
      ? `    ${pattern}) compopt -o nospace; mapfile -t COMPREPLY < <(compgen -P "$list" -W ${words} -- "\${cur##*,}"); return ;;`
      : `    ${pattern}) mapfile -t COMPREPLY < <(compgen -W ${words} -- "$cur"); return ;;`;
  });
  const arguments_ = commands.map(({ name, words, options, shared }) => {
    const offered = [...words, ...[...options, ...shared].flatMap(names)].join(" ");
    return `    ${name}) mapfile -t COMPREPLY < <(compgen -W ${quoted(offered)} -- "$cur"); return ;;`;
  });
  const first = [...all.flatMap(names), ...commands.map(({ name }) => name)].join(" ");
  return `# bash completion for tcptop: source <(tcptop completions bash)
# What stands behind run -- is completed as by itself: by bash-completion where it is there, else names of programs and of files.
_tcptop_command() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif ((COMP_CWORD == $1)); then
    mapfile -t COMPREPLY < <(compgen -c -- "$cur" | sort -u)
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}
_tcptop() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} list=
  # --option=value comes as three words.
  [ "$cur" != = ] || cur=
  [ "$prev" != = ] || prev=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $cur != *,* ]] || list=\${cur%,*},
  local at command=
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case $command/\${COMP_WORDS[at]} in
      ${commands.map(({ name }) => `/${name}`).join("|")}) command=\${COMP_WORDS[at]} ;;
      ${commands.filter(runs).map(({ name }) => `${name}/--`).join("|")}) _tcptop_command $((at + 1)); return ;;
    esac
  done
  case $prev in
${cases.join("\n")}
  esac
  case $command in
${arguments_.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W ${quoted(first)} -- "$cur")
}
complete -F _tcptop tcptop
`;
}

function zsh({ options: all, commands }: CommandFacts): string {
  // In an option's brackets, and in a message, these have a meaning.
  const plain = (text: string) => text.replace(/[[\]:\\]/g, "\\$&");
  const action = ({ words, list, file }: OptionFacts) => {
    if (file) return "_files";
    if (words.length === 0) return " ";
    return list ? `_sequence compadd - ${words.join(" ")}` : `(${words.join(" ")})`;
  };
  const spec = (option: OptionFacts) => {
    const value = option.value === null ? "" : `:${plain(option.value)}:${action(option)}`;
    const rest = `[${plain(option.description)}]${value}`;
    const [one, other] = names(option);
    return other === undefined
      ? quoted(`${one}${rest}`)
      : `${quoted(`(${one} ${other})`)}{${one},${other}}${quoted(rest)}`;
  };
  const described = commands.map(({ name, description }) => quoted(`${name}:${description}`)).join(" ");
  const cases = commands.map((command) => {
    const { name, argument, words, options, shared } = command;
    const own = [
      ...options.map(({ long, description }) => quoted(`${long}[${plain(description)}]`)),
      ...shared.map(spec),
      // Nothing to offer: with a message in place of that, zsh would list the one option that fits, and not put it in.
      ...argument === null || runs(command) ? [] : [quoted(`*:${argument}:()`)],
    ].join(" ");
    const offered = words.length > 0
      ? `_values ${quoted(argument ?? name)} ${words.join(" ")}`
      : own === ""
      ? "_message none"
      : `_arguments ${own}`;
    // What stands behind -- is completed as by itself.
    return runs(command)
      ? `      ${name})
        if ((\${words[(I)--]} && \${words[(i)--]} < CURRENT)); then
          ((CURRENT -= \${words[(i)--]})); shift \${words[(i)--]} words; _normal
        else
          ${offered}
        fi ;;`
      : `      ${name}) ${offered} ;;`;
  });
  return `#compdef tcptop
# zsh completion for tcptop: source <(tcptop completions zsh), or as a file _tcptop in $fpath
_tcptop() {
  local state
  local -a described=(${described})
  _arguments -s \\
${all.map((option) => `    ${spec(option)} \\`).join("\n")}
    '(-)1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command described ;;
    argument)
      case $words[1] in
${cases.join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _tcptop ]; then _tcptop "$@"; else compdef _tcptop tcptop; fi
`;
}

function fish({ options, commands }: CommandFacts): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  const lines = options.map((option) => {
    const parts = ["complete -c tcptop"];
    if (option.short !== null) parts.push(`-s ${option.short.slice(1)}`);
    if (option.long !== null) parts.push(`-l ${option.long.slice(2)}`);
    if (option.file) parts.push("-r -F");
    else if (option.value !== null) parts.push("-x");
    if (option.list) parts.push(`-a ${quote(`(__fish_complete_list , 'printf "%s\\n" ${option.words.join(" ")}')`)}`);
    else if (option.words.length > 0) parts.push(`-a ${quote(option.words.join(" "))}`);
    return [...parts, `-d ${quote(option.description)}`].join(" ");
  });
  for (const { name, description, words, options } of commands) {
    lines.push(`complete -c tcptop -n __fish_use_subcommand -a ${name} -d ${quote(description)}`);
    if (words.length > 0) {
      lines.push(`complete -c tcptop -n '__fish_seen_subcommand_from ${name}' -a ${quote(words.join(" "))}`);
    }
    for (const { long, description } of options) {
      const when = `-n '__fish_seen_subcommand_from ${name}'`;
      lines.push(`complete -c tcptop ${when} -l ${long!.slice(2)} -d ${quote(description)}`);
    }
  }
  for (const { name } of commands.filter(runs)) {
    lines.push(`complete -c tcptop -n '__fish_seen_subcommand_from ${name}' -a '(__tcptop_command)'`);
  }
  return `# fish completion for tcptop: tcptop completions fish | source
# What stands behind run -- is completed as by itself.
function __tcptop_command
    set -l before (commandline -opc)
    set -l at (contains -i -- -- $before); or return
    complete -C (string join ' ' -- (string escape -- $before[(math $at + 1)..]) (commandline -ct))
end
complete -c tcptop -f
${lines.join("\n")}
`;
}
