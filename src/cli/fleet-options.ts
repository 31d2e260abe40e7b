/** The flags of every verb that deals with hosts: which project, which hosts, how to reach them, how results look. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { addBuildOptions, type BuildFlags } from "./build-options.ts";
import { durationArgument } from "./duration-argument.ts";
import { addOutputOptions, type OutputFlags } from "./output-options.ts";
import { addProjectOptions, type ProjectFlags } from "./project-options.ts";
import { ROLLOUT_OPTIONS } from "./rollout-options.ts";
import { addSelectionOptions, type SelectionFlags } from "./selection-options.ts";

/** The parsed form of the flags. */
export interface FleetFlags extends ProjectFlags, SelectionFlags, OutputFlags, BuildFlags {
  readonly parallel?: number;
  readonly forks?: number;
  readonly askSudoPassword?: true;
  readonly overrideSerial?: true;
  readonly sshConfig?: string;
  readonly insecureAcceptAnyHostKey?: true;
  readonly overrideInput?: readonly string[];
  /** Milliseconds. */
  readonly lockWait?: number;
  /** A lab's state folder, or true for the usual one. */
  readonly lab?: string | true;
}

export interface FleetOptionsWanted {
  /** Shows plans: adds --diff. */
  readonly plans?: boolean;
  /** Evaluates the fleet: adds --override-input. */
  readonly evaluates?: boolean;
  /** Builds closures: adds --build-on and --substitute-on-destination. */
  readonly builds?: boolean;
  /** Activates closures: adds --override-serial. */
  readonly activates?: boolean;
  /** Works on several hosts at once: adds --parallel. */
  readonly parallel?: boolean;
  /** False for what chooses no hosts. */
  readonly selects?: false;
  /** Acts on hosts under locks: adds --lock-wait. */
  readonly locks?: boolean;
  /** Reports on hosts, as CI services take it. */
  readonly reports?: boolean;
  /** False for what talks to no host: leaves out how to reach them. */
  readonly connects?: false;
}

/** How hosts are reached, for every command that reaches one. */
export const addReachOptions = (command: Command): Command =>
  command
    .optionsGroup("How hosts are reached:")
    .option("--lab [state]", "rehearse on the lab's machines of the same names; real hosts are not touched")
    .option("-F, --ssh-config <file>", "read this in place of ~/.ssh/config")
    .option("--insecure-accept-any-host-key", "do not verify host keys: anybody in between can then be the host");

export function addFleetOptions(command: Command, wanted: FleetOptionsWanted): Command {
  addProjectOptions(command);
  if (wanted.activates === true) {
    command.option("--override-serial", "go on from a restricted host's serial though it lies in the future");
  }
  if (wanted.evaluates === true) {
    command.addOption(
      new Option(
        "--override-input <name=url>",
        "another source for an input of the fleet's flake (repeatable)",
      ).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]),
    );
  }
  if (wanted.selects !== false) addSelectionOptions(command);
  if (wanted.parallel === true) {
    command
      .optionsGroup(ROLLOUT_OPTIONS)
      .option("-P, --parallel <n>", "at most so many hosts at once (default 10)", wholeNumber)
      .addOption(new Option("-f, --forks <n>").argParser(wholeNumber).conflicts("parallel").hideHelp());
  }
  if (wanted.locks === true) {
    command
      .optionsGroup(ROLLOUT_OPTIONS)
      .option("--lock-wait <duration>", "wait so long for groups and hosts that other runs act on", durationArgument);
  }
  if (wanted.connects !== false) {
    addReachOptions(command).option("-K, --ask-sudo-password", "ask for the password that sudo wants on the hosts");
  }
  if (wanted.builds === true) addBuildOptions(command);
  return addOutputOptions(command, wanted);
}

/** Hosts at once, when that was typed: `{}` leaves it to the strategies, which start ten at once unless they say otherwise. */
export function typedParallel(flags: FleetFlags): { readonly maxParallel?: number } {
  const maxParallel = flags.parallel ?? flags.forks;
  return maxParallel === undefined ? {} : { maxParallel };
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("expected a whole number from 1 on.");
  return number;
}

/** The selection as it was typed, for plans and for the next command that is suggested. */
export function selectionWords(flags: SelectionFlags, patterns: readonly string[] = []): string[] {
  const repeated = (name: string, values: readonly string[] | undefined) =>
    (values ?? []).flatMap((value) => [name, value]);
  return [
    ...patterns,
    ...repeated("--host", flags.host),
    ...repeated("--group", flags.group),
    ...repeated("--tag", flags.tag),
    ...repeated("--role", flags.role),
    ...repeated("--limit", flags.limit),
    ...repeated("--exclude", flags.exclude),
    ...(flags.rerun === undefined ? [] : ["--rerun", flags.rerun]),
    ...(flags.run === undefined ? [] : ["--run", flags.run]),
  ];
}
