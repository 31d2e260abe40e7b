/** Completion for bash (4 or newer; needs nothing of bash-completion). */
import type { TypedCommand, TypedOption } from "./command-table.ts";

export function bashScript(commands: readonly TypedCommand[]): string {
  return `# completion of nixfleet for bash; load it with: source <(nixfleet completion bash)
_nixfleet() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path='' known part values='' flags='' words=''
  for part in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    known="\${path:+$path }$part"
    case "$known" in
${commands
  .filter(({ path }) => path !== "")
  .map(({ path }) => `      '${path}') path=$known ;;`)
  .join("\n")}
    esac
  done
  case "$path $before" in
${commands.flatMap(valueCases).join("\n")}
  esac
  if [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    return
  fi
  case "$path" in
${commands.map(wordCase).join("\n")}
  esac
  if [[ $word == -* ]]; then words=$flags; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _nixfleet nixfleet
`;
}

function valueCases({ path, options }: TypedCommand): string[] {
  return options.flatMap((option) => {
    const values = valuesOf(option);
    if (values === undefined || !option.takesValue) return [];
    return [`    ${option.flags.map((flag) => `'${path} ${flag}'`).join(" | ")}) values=${values} ;;`];
  });
}

function valuesOf({ choices, names }: TypedOption): string | undefined {
  if (names !== undefined) return `$(nixfleet __names ${names} 2>/dev/null)`;
  return choices.length > 0 ? `'${choices.join(" ")}'` : undefined;
}

function wordCase({ path, options, words }: TypedCommand): string {
  const flags = options.flatMap((option) => option.flags.filter((flag) => flag.startsWith("--"))).join(" ");
  return `    '${path}') words='${words.join(" ")}' flags='${flags}' ;;`;
}
