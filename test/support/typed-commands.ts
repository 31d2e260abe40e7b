/** Command lines as pages print them: found in Markdown, and held against what the program takes. */
import { Command } from "commander";
import { commands } from "../../src/cli/commands/index.ts";
import type { CliContext } from "../../src/cli/context.ts";

/** Every `nixfleet …` in blocks of commands, and in inline code where it is no summary of several forms. */
export function typedCommands(page: string): string[] {
  const blocks = [...page.matchAll(/```(?:console|sh|bash|yaml)?\n(.*?)```/gs)].map(([, text = ""]) => text);
  const indented = [...page.matchAll(/^ {4}(\S.*)$/gm)].map(([, text = ""]) => text);
  const inline = [...page.replaceAll(/```.*?```/gs, "").matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const lines = [...blocks.join("\n").split("\n"), ...indented, ...inline.filter((text) => !/[[|…]/.test(text))];
  return lines.flatMap(commandsOf);
}

/** What follows `nixfleet` on a line, up to a comment, a pipe or the next command. */
function commandsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|&& |- |run: |\$ )\s*(?:sudo )?nixfleet (.*?)(?=\s+#| &&| \||;| >|$)/g)].map(
    ([, text = ""]) => text.trim(),
  );
}

let program: Promise<Command> | undefined;

async function allCommands(): Promise<Command> {
  const root = new Command("nixfleet");
  for (const entry of commands) {
    const command = root.command(entry.name);
    (await entry.load()).configure(command, {} as CliContext);
  }
  return root;
}

/** What the program would say against a command line; undefined when it takes it. */
export async function objection(text: string): Promise<string | undefined> {
  program ??= allCommands();
  let command = await program;
  let words = wordsOf(text);
  for (;;) {
    const [next] = words;
    const child = command.commands.find((candidate) => candidate.name() === next);
    if (child === undefined) break;
    command = child;
    words = words.slice(1);
  }
  // The name of a group of commands stands for all of them.
  if (command.commands.length > 0) {
    return [undefined, "--help", "--version"].includes(words[0]) ? undefined : `no command ${words[0]}`;
  }
  return objectionTo(command, words);
}

function objectionTo(command: Command, words: readonly string[]): string | undefined {
  const options = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  for (const word of options.filter((text) => /^-./.test(text))) {
    const flag = word.split("=")[0];
    const known = command.options.some(({ long, short }) => long === flag || short === flag);
    if (!known && !["--help", "-h"].includes(flag ?? "") && !/^-[a-z]{2,}$/i.test(word)) return `no option ${flag}`;
  }
  return undefined;
}

/** Words as a shell splits them. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? "",
  );
