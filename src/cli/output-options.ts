/** The flags that say how results look, and the choice of a reporter by them. */
import { type Command, Option } from "commander";
import type { CliContext } from "./context.ts";
import type { ColorChoice } from "./render/style.ts";

type OutputFormat = "human" | "plain" | "json" | "ndjson";
/** How much of a diff the plan shows: the first lines, everything, or nothing. */
export type DiffChoice = "short" | "full" | "none";

/** The parsed form of the flags, part of a command's `opts()`. */
export interface OutputFlags {
  readonly output?: OutputFormat;
  readonly json?: true;
  readonly verbose?: number;
  readonly quiet?: true;
  readonly color?: ColorChoice;
  readonly diff?: DiffChoice;
}

export interface OutputOptions {
  readonly format: OutputFormat;
  /** -1 quiet, 0 normal, 1 also what does not change, 2 also phases, 3 also output of activations. */
  readonly verbosity: number;
  readonly color: ColorChoice;
  readonly diff: DiffChoice;
}

/** Adds the flags; `plans` adds --diff as well, for commands that show a plan. */
export function addOutputOptions(command: Command, more: { readonly plans?: boolean } = {}): Command {
  command
    .optionsGroup("How results look:")
    .addOption(new Option("-o, --output <format>", "how results look").choices(["human", "plain", "json", "ndjson"]))
    .addOption(new Option("--json", "results as JSON on stdout; one event a line from commands that act"))
    .addOption(
      new Option("-v, --verbose", "more (-v unchanged hosts, -vv phases, -vvv activation logs)")
        .argParser((_value: string, before: number | undefined) => (before ?? 0) + 1)
        .conflicts("quiet"),
    )
    .addOption(new Option("-q, --quiet", "only errors and the last line"))
    .addOption(new Option("--color <when>", "colour, by default on a terminal").choices(["auto", "always", "never"]));
  if (more.plans === true) {
    command.addOption(
      new Option("--diff [how]", "file diffs in the plan; short by default, full when given without a word")
        .choices(["short", "full", "none"])
        .preset("full"),
    );
  }
  return command;
}

/**
 * What the flags mean for a command of this kind: --json is one document from queries, and one event a line from
 * commands that act. Without a terminal, or in CI, human output falls back to plain lines.
 */
export function outputOptions(
  flags: OutputFlags,
  kind: "query" | "action",
  context: Pick<CliContext, "stdout" | "stderr" | "env">,
): OutputOptions {
  return {
    format: chosenFormat(flags, kind, context),
    verbosity: flags.quiet === true ? -1 : (flags.verbose ?? 0),
    color: flags.color ?? "auto",
    diff: flags.diff ?? "short",
  };
}

function chosenFormat(
  flags: OutputFlags,
  kind: "query" | "action",
  { stderr, env }: Pick<CliContext, "stderr" | "env">,
): OutputFormat {
  if (flags.output === "json" || flags.output === "ndjson") return flags.output;
  if (flags.json === true) return kind === "query" ? "json" : "ndjson";
  if (flags.output !== undefined) return flags.output;
  return stderr.isTTY === true && !isCi(env) && env.TERM !== "dumb" ? "human" : "plain";
}

/** CI services set one of these; `CI=false` is how people switch it off. */
const isCi = (env: CliContext["env"]): boolean =>
  [env.CI, env.BUILD_NUMBER, env.TF_BUILD].some((value) => value !== undefined && value !== "" && value !== "false");
