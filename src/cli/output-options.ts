/** The flags that say how results look, and the choice of a reporter by them. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "./context.ts";
import type { ColorChoice } from "./render/style.ts";

const formats = ["human", "plain", "json", "ndjson"] as const;
/** Only for commands that report on hosts. */
const ciFormats = ["github", "gitlab"] as const;
type OutputFormat = (typeof formats)[number] | (typeof ciFormats)[number];
/** How much of a diff the plan shows: the first lines, everything, or nothing. */
export type DiffChoice = "short" | "full" | "none";

/** What --output said, all times together. */
export interface OutputChoice {
  readonly format?: OutputFormat;
  readonly junit?: string;
}

/** The parsed form of the flags, part of a command's `opts()`. */
export interface OutputFlags {
  readonly output?: OutputChoice;
  readonly json?: true;
  readonly verbose?: number;
  readonly quiet?: true;
  readonly color?: ColorChoice;
  readonly diff?: DiffChoice;
}

export interface OutputOptions {
  readonly format: OutputFormat;
  /** File for a JUnit report, as typed. */
  readonly junit?: string;
  /** -1 quiet, 0 normal, 1 also what does not change, 2 also phases, 3 also output of activations. */
  readonly verbosity: number;
  readonly color: ColorChoice;
  readonly diff: DiffChoice;
}

/** `plans` adds --diff as well, for commands that show a plan; `reports` what CI services take, for those that report on hosts. */
export interface OutputWishes {
  readonly plans?: boolean;
  readonly reports?: boolean;
}

export function addOutputOptions(command: Command, more: OutputWishes = {}): Command {
  command
    .optionsGroup("How results look:")
    .addOption(outputOption(more.reports === true))
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

function outputOption(reports: boolean): Option {
  const known: readonly OutputFormat[] = reports ? [...formats, ...ciFormats] : formats;
  const besides = reports ? "; junit=FILE writes a report besides (repeatable)" : "";
  const option = new Option("-o, --output <format>", `how results look: ${known.join(", ")}${besides}`);
  option.argChoices = [...known];
  return option.argParser((typed: string, before: OutputChoice = {}): OutputChoice => {
    const [, junit] = reports ? (/^junit=(.+)$/s.exec(typed) ?? []) : [];
    if (junit !== undefined) return { ...before, junit };
    const format = known.find((name) => name === typed);
    if (format === undefined)
      throw new InvalidArgumentError(`expected ${known.join(", ")}${reports ? ", or junit=FILE" : ""}.`);
    return { ...before, format };
  });
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
    ...(flags.output?.junit === undefined ? {} : { junit: flags.output.junit }),
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
  const chosen = flags.output?.format;
  if (chosen === "json" || chosen === "ndjson") return chosen;
  if (flags.json === true) return kind === "query" ? "json" : "ndjson";
  if (chosen !== undefined) return chosen;
  return stderr.isTTY === true && !isCi(env) && env.TERM !== "dumb" ? "human" : "plain";
}

/** CI services set one of these; `CI=false` is how people switch it off. */
const isCi = (env: CliContext["env"]): boolean =>
  [env.CI, env.BUILD_NUMBER, env.TF_BUILD].some((value) => value !== undefined && value !== "" && value !== "false");
