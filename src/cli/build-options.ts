/** The flags that say where closures are built, and how they reach the hosts. */
import type { Command } from "commander";
import type { BuildWishes } from "../domain/build/wishes.ts";

/** The parsed form of the flags, part of a command's `opts()`. */
export interface BuildFlags {
  readonly buildOn?: readonly string[];
  readonly substituteOnDestination?: boolean;
}

export function addBuildOptions(command: Command): Command {
  return command
    .optionsGroup("Where closures are built, and how they travel:")
    .option(
      "--build-on <place,...>",
      "local, target (each host itself) or a host of the inventory; of several, the first that can be used",
      (typed: string, before: readonly string[] | undefined) => [...(before ?? []), ...typed.split(",")],
    )
    .option("--substitute-on-destination", "hosts first fetch what their own binary caches have")
    .option("--no-substitute-on-destination", "everything that a host lacks is sent");
}

export const buildWishes = ({ buildOn, substituteOnDestination }: BuildFlags): BuildWishes => ({
  ...(buildOn === undefined ? {} : { buildOn }),
  ...(substituteOnDestination === undefined ? {} : { substituteOnDestination }),
});

/** To type them again. */
export const buildWords = ({ buildOn, substituteOnDestination }: BuildFlags): readonly string[] => [
  ...(buildOn === undefined ? [] : ["--build-on", buildOn.join(",")]),
  ...(substituteOnDestination === undefined
    ? []
    : [substituteOnDestination ? "--substitute-on-destination" : "--no-substitute-on-destination"]),
];
