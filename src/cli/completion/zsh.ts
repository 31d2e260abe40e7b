/** Completion for zsh. */
import type { TypedCommand, TypedOption } from "./command-table.ts";

export function zshScript(commands: readonly TypedCommand[]): string {
  const top = commands.find(({ path }) => path === "");
  const below = commands.filter(({ path }) => path !== "");
  return `#compdef nixfleet
# completion of nixfleet for zsh; put it as _nixfleet into a folder of $fpath, or: source <(nixfleet completion zsh)
_nixfleet_names() { local -a names; names=(\${(f)"$(nixfleet __names $1 2>/dev/null)"}); compadd -a names }
_nixfleet() {
  local path='' known part
  for part in "\${(@)words[2,CURRENT-1]}"; do
    known="\${path:+$path }$part"
    case "$known" in
      (${below.map(({ path }) => quoted(path)).join("|")}) path=$known ;;
    esac
  done
  case "$path" in
    ('') ${wordsOf(commands, top)} ;;
${below.map((command) => `    (${quoted(command.path)}) ${bodyOf(commands, command)} ;;`).join("\n")}
  esac
}
if [[ \${funcstack[1]} == _nixfleet ]]; then _nixfleet "$@"; else compdef _nixfleet nixfleet; fi
`;
}

function bodyOf(commands: readonly TypedCommand[], command: TypedCommand): string {
  if (command.words.length > 0) return wordsOf(commands, command);
  // _arguments counts from the first word: the command's own words are shifted away before.
  const depth = command.path.split(" ").length;
  const specs = command.options.flatMap(specsOf).join(" ");
  return `shift ${depth} words; (( CURRENT -= ${depth} )); _arguments ${specs} '*:file or pattern:_files'`;
}

function wordsOf(commands: readonly TypedCommand[], command: TypedCommand | undefined): string {
  const entries = (command?.words ?? []).map((word) => {
    const path = command?.path === "" ? word : `${command?.path} ${word}`;
    const summary = commands.find((candidate) => candidate.path === path)?.summary ?? "";
    return quoted(`${word}:${summary}`);
  });
  return `local -a below; below=(${entries.join(" ")}); _describe command below`;
}

function specsOf(option: TypedOption): string[] {
  const summary = option.summary.replace(/[[\]:]/g, " ");
  return option.flags.map((flag) => {
    const value = option.takesValue ? `:value:${actionOf(option)}` : "";
    return quoted(`*${flag}[${summary}]${value}`);
  });
}

function actionOf({ choices, names }: TypedOption): string {
  if (names !== undefined) return `_nixfleet_names ${names}`;
  return choices.length > 0 ? `(${choices.join(" ")})` : "_files";
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
