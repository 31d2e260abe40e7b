/** What can be typed, read off the commands themselves. */
import { Command, type Option } from "commander";
import type { CliContext, CommandEntry } from "../context.ts";

export interface TypedCommand {
  /** As typed after the program's name: "plan", "runs show". */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly TypedOption[];
  /** Words that may follow directly: names of commands below this one. */
  readonly words: readonly string[];
}

export interface TypedOption {
  readonly flags: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  /** Values are names that the inventory knows. */
  readonly names?: NameKind;
}

export const nameKinds = ["hosts", "groups", "tags", "roles"] as const;
export type NameKind = (typeof nameKinds)[number];

/** Loads every command, which is slow: only for writing a completion script. */
export async function commandTable(entries: readonly CommandEntry[], context: CliContext): Promise<TypedCommand[]> {
  const program = new Command("nixfleet").enablePositionalOptions();
  const visible = entries.filter((entry) => entry.hidden !== true);
  for (const entry of visible) {
    (await entry.load()).configure(program.command(entry.name).description(entry.summary), context);
  }
  return [describe(program, ""), ...program.commands.flatMap((command) => withChildren(command, ""))];
}

function withChildren(command: Command, above: string): TypedCommand[] {
  const path = above === "" ? command.name() : `${above} ${command.name()}`;
  return [describe(command, path), ...command.commands.flatMap((child) => withChildren(child, path))];
}

function describe(command: Command, path: string): TypedCommand {
  const help: TypedOption = { flags: ["--help"], summary: "show help", takesValue: false, choices: [] };
  return {
    path,
    summary: command.description(),
    options: [...command.options.filter((option) => !option.hidden).map(describeOption), help],
    words: command.commands.map((child) => child.name()),
  };
}

function describeOption(option: Option): TypedOption {
  const names = namesBehind[option.long ?? ""];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    summary: option.description,
    takesValue: option.required,
    choices: option.argChoices ?? [],
    ...(names === undefined ? {} : { names }),
  };
}

const namesBehind: Readonly<Record<string, NameKind>> = {
  "--host": "hosts",
  "--limit": "hosts",
  "--exclude": "hosts",
  "--group": "groups",
  "--tag": "tags",
  "--role": "roles",
};
