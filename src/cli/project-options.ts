/** The flags that say which project and which inventory a command works on; the same on every command. */
import { homedir } from "node:os";
import type { Command } from "commander";
import type { ProjectRequest } from "../workflows/inventory/load-project.ts";
import type { CliContext } from "./context.ts";

/** The parsed form of the flags, part of a command's `opts()`. */
export interface ProjectFlags {
  readonly project?: string;
  readonly inventory?: string;
}

export function addProjectOptions(command: Command): Command {
  return command
    .optionsGroup("Which fleet:")
    .option("-i, --inventory <name|path>", "inventory/NAME.yaml, or any file (env: NIXFLEET_INVENTORY)")
    .option(
      "-C, --project <dir>",
      "the project's folder, instead of looking upwards from here (env: NIXFLEET_PROJECT)",
    );
}

export function projectRequest(flags: ProjectFlags, { cwd, env }: Pick<CliContext, "cwd" | "env">): ProjectRequest {
  const project = flags.project ?? nonEmpty(env.NIXFLEET_PROJECT);
  const inventory = flags.inventory ?? nonEmpty(env.NIXFLEET_INVENTORY);
  return {
    cwd,
    home: nonEmpty(env.HOME) ?? homedir(),
    ...(project === undefined ? {} : { project }),
    ...(inventory === undefined ? {} : { inventory }),
  };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
