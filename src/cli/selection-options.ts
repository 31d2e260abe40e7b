/** The flags that say which hosts a command is for; the same on every command. */
import { type Command, Option } from "commander";
import type { SelectionRequest } from "../domain/selection/request.ts";

/** The parsed form of the flags, part of a command's `opts()`. */
export interface SelectionFlags {
  readonly host?: readonly string[];
  readonly group?: readonly string[];
  readonly tag?: readonly string[];
  readonly role?: readonly string[];
  readonly limit?: readonly string[];
  readonly exclude?: readonly string[];
  readonly rerun?: "failed" | "not-started";
  readonly run?: string;
}

/** Adds the shared selection flags to a command. A positional pattern, if the command has one, is the command's own. */
export function addSelectionOptions(command: Command): Command {
  return command
    .optionsGroup("Which hosts:")
    .addOption(repeatable("--host <name>", "these hosts (globs allowed, repeatable)"))
    .addOption(repeatable("--group <name>", "hosts of these groups; all and each base are groups too"))
    .addOption(repeatable("--tag <name>", "hosts with one of these tags"))
    .addOption(repeatable("--role <name>", "hosts with one of these roles"))
    .addOption(
      repeatable("-l, --limit <pattern>", "hosts that match, such as 'web:&prod:!db*', @file, ~regex, web[0:2]"),
    )
    .addOption(repeatable("-x, --exclude <pattern>", "leave these out, after everything else"))
    .addOption(
      new Option("--rerun <which>", "only hosts of the last run: failed, or not-started").choices([
        "failed",
        "not-started",
      ]),
    )
    .addOption(new Option("--run <id>", "that run instead of the last one").implies({ rerun: "failed" }));
}

/** Turns the parsed flags, and the positional patterns if there are any, into a request. */
export function selectionRequest(flags: SelectionFlags, patterns: readonly string[] = []): SelectionRequest {
  return {
    patterns,
    hosts: flags.host ?? [],
    groups: flags.group ?? [],
    tags: flags.tag ?? [],
    roles: flags.role ?? [],
    limit: flags.limit ?? [],
    exclude: flags.exclude ?? [],
    ...(flags.rerun === undefined
      ? {}
      : { rerun: { which: flags.rerun, ...(flags.run === undefined ? {} : { run: flags.run }) } }),
  };
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}
