/** Completion for fish. */
import type { TypedCommand, TypedOption } from "./command-table.ts";

export function fishScript(commands: readonly TypedCommand[]): string {
  const lines = commands.flatMap((command) => [
    ...command.words.map((word) => wordLine(commands, command, word)),
    ...command.options.map((option) => optionLine(command, option)),
  ]);
  return `# completion of nixfleet for fish; load it with: nixfleet completion fish | source
function __nixfleet_at
    set -l words (commandline -opc)
    set -l path
    for word in $words[2..-1]
        if contains -- (string join -- ' ' $path $word) ${commands
          .filter(({ path }) => path !== "")
          .map(({ path }) => quoted(path))
          .join(" ")}
            set path $path $word
        end
    end
    test "$path" = "$argv"
end
complete -c nixfleet -e
${lines.join("\n")}
`;
}

function wordLine(commands: readonly TypedCommand[], { path }: TypedCommand, word: string): string {
  const child = path === "" ? word : `${path} ${word}`;
  const summary = commands.find((candidate) => candidate.path === child)?.summary ?? "";
  return `complete -c nixfleet -f -n ${at(path)} -a ${word} -d ${quoted(summary)}`;
}

function optionLine({ path }: TypedCommand, option: TypedOption): string {
  const flags = option.flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return `complete -c nixfleet -n ${at(path)} ${flags.join(" ")}${valuePart(option)} -d ${quoted(option.summary)}`;
}

function valuePart({ takesValue, choices, names }: TypedOption): string {
  if (!takesValue) return "";
  if (names !== undefined) return ` -x -a '(nixfleet __names ${names} 2>/dev/null)'`;
  return choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : " -r";
}

const at = (path: string): string => quoted(`__nixfleet_at ${path}`.trimEnd());

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
