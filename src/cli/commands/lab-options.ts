/** The options of `nixfleet lab`, and what they mean. */
import { type Command, Option } from "commander";
import { suites, USUAL_SUITE } from "../../domain/lab/image-recipe.ts";
import { parsePerMachine } from "../../domain/lab/per-machine.ts";
import { shapes, sudoModes } from "../../domain/lab/state.ts";
import { USUAL_SUBNETS } from "../../domain/lab/subnet.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import { READY_TIMEOUT_MS } from "../../workflows/lab/ready.ts";
import type { UpRequest } from "../../workflows/lab/up.ts";
import type { LabFolders } from "../wire/machine.ts";

/** Commander names them like the folders that they say. */
export type PlaceFlags = LabFolders;

export interface ImageFlags extends PlaceFlags {
  readonly installDeps?: true;
  readonly forgetImage?: true;
  readonly mirror?: string;
}

/** Of `lab image`. */
export interface ImageOnlyFlags extends ImageFlags {
  readonly sid?: true;
}

export interface UpFlags extends ImageFlags {
  readonly hosts: string;
  readonly name: string;
  readonly subnet?: string;
  readonly shape: readonly string[];
  readonly sudo: readonly string[];
  readonly like?: string;
  readonly bare: readonly string[];
  readonly suite: readonly string[];
  readonly archive?: true;
  readonly json?: true;
}

export function addStateOption(command: Command): Command {
  return command.addOption(
    new Option("--state <folder>", "where the lab lives (NIXFLEET_LAB_STATE; /var/lib/nixfleet-lab)"),
  );
}

export function addImageOptions(command: Command): Command {
  return command
    .addOption(new Option("--cache <folder>", "where the image is kept (NIXFLEET_LAB_CACHE; /var/cache/nixfleet/lab)"))
    .addOption(new Option("--install-deps", "install the Debian packages that the lab needs"))
    .addOption(new Option("--mirror <url>", "Debian archive for the image, instead of the one apt is set up with"))
    .addOption(new Option("--forget-image", "throw the cached image away and build it anew"));
}

export function addMachineOptions(command: Command): Command {
  const several = (word: string, before: readonly string[]): readonly string[] => [...before, word];
  const everywhere = "for all machines, or NAME=VALUE for one; repeatable";
  return command
    .addOption(new Option("--hosts <number>", "how many machines").default("3"))
    .addOption(new Option("--name <prefix>", "machines are named PREFIX-1, PREFIX-2, …").default("lab"))
    .addOption(
      new Option(
        "--subnet <cidr>",
        `addresses of the machines; by default the first free one from ${USUAL_SUBNETS[0]} on`,
      ),
    )
    .addOption(
      new Option("--shape <ubuntu|debian|nixos>", `what machines look like, ${everywhere}`)
        .argParser(several)
        .default([], "ubuntu"),
    )
    .addOption(
      new Option("--sudo <nopasswd|password>", `whether sudo asks, ${everywhere}`)
        .argParser(several)
        .default([], "nopasswd"),
    )
    .addOption(
      new Option("--bare <name>", "a machine as the distribution ships it: no Nix, no deploy account; repeatable")
        .argParser(several)
        .default([], "none"),
    )
    .addOption(
      new Option("--suite <trixie|sid>", `the Debian below: sid has the newest Nix and systemd; ${everywhere}`)
        .argParser(several)
        .default([], "trixie"),
    )
    .addOption(
      new Option("--archive", "with a signed package archive of its own, shaped like Ubuntu's, to update from"),
    );
}

/** Fails with `lab/bad-option`. */
export function upRequest(flags: UpFlags, names: readonly string[]): Result<UpRequest> {
  const shape = parsePerMachine("--shape", flags.shape, shapes, "ubuntu");
  if (!shape.ok) return shape;
  const sudo = parsePerMachine("--sudo", flags.sudo, sudoModes, "nopasswd");
  if (!sudo.ok) return sudo;
  const suite = parsePerMachine("--suite", flags.suite, suites, USUAL_SUITE);
  if (!suite.ok) return suite;
  return ok({
    hosts: /^\d+$/.test(flags.hosts) ? Number(flags.hosts) : Number.NaN,
    prefix: flags.name,
    names,
    ...(flags.subnet === undefined ? {} : { subnet: flags.subnet }),
    shape: shape.value,
    sudo: sudo.value,
    bare: flags.bare,
    suite: suite.value,
    ...(flags.archive === undefined ? {} : { archive: flags.archive }),
    readyTimeoutMs: READY_TIMEOUT_MS,
    ...imageRequest(flags),
  });
}

export const imageRequest = (
  flags: ImageFlags,
): { readonly installDeps: boolean; readonly forgetImage: boolean; readonly mirror?: string } => ({
  installDeps: flags.installDeps === true,
  forgetImage: flags.forgetImage === true,
  ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
});
