/** NixOS-shaped systems made on a lab machine itself, from the first one that it has: for what a switch can come to. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordTexts } from "../../src/domain/host/records.ts";
import { type Activation, type HostUnderTest, nextRunId } from "./activation.ts";
import { hostOf } from "./activation-lab.ts";
import type { FleetProject } from "./fleet-project.ts";
import { type TestLab, useLab } from "./lab.ts";

export interface NixosMachine {
  readonly lab: TestLab;
  readonly host: HostUnderTest;
}

/** One fresh machine, `lab-1`. */
export async function nixosMachine(): Promise<NixosMachine> {
  const lab = await useLab({ hosts: 1, shape: ["nixos"] });
  return { lab, host: await hostOf(lab, "lab-1") };
}

export const FACTORY = "/nix/var/nix/profiles/system-1-link";

/** Adds a system to the machine's store: the factory's, changed by a script that runs in its folder. */
export const systemOf = (host: HostUnderTest, name: string, script = ""): Promise<string> =>
  host.sh(`
set -e
work=$(mktemp -d)
system=$work/nixos-system-${name}-25.11
cp -a "$(readlink -f ${FACTORY})" "$system"
chmod -R u+w "$system"
cd "$system"
printf '25.11.${name}' >nixos-version
${script}
cd /
nix-store --add "$system"
rm -rf "$work"`);

/** Lines that give a system a unit, wanted by multi-user.target. */
export const unit = (name: string, execStart: string, more = ""): string => `
mkdir -p etc/systemd/system/multi-user.target.wants
cat >etc/systemd/system/${name}.service <<'UNIT'
[Unit]
Description=${name}
[Service]
ExecStart=${execStart}
${more}
UNIT
ln -s ../${name}.service etc/systemd/system/multi-user.target.wants/${name}.service
`;

export interface SwitchOptions {
  readonly mode?: "live" | "boot";
  readonly description?: string;
  readonly killAt?: string;
  /** Variables of the program's environment, `NAME=VALUE`. */
  readonly environment?: string;
}

export interface SwitchOutcome extends Activation {
  /** Why a boot has to bring the system; empty when it is live. */
  readonly waits: readonly string[];
}

/** Takes the lock, activates with what the host has now as expected, and gives the lock back. */
export async function switchTo(
  host: HostUnderTest,
  system: string,
  options: SwitchOptions = {},
): Promise<SwitchOutcome> {
  const { mode = "live", description = "-", killAt, environment } = options;
  const run = nextRunId();
  const { live, generation } = await host.facts();
  const locked = await host.verb(["lock", "acquire", run, "tester", "600", "test", system]);
  if (locked.code !== 0) throw new Error(recordTexts(locked.records, "problem").join("\n"));
  const answer = await host.verb(
    ["activate", run, system, live ?? "-", String(generation), "tester", "-", description, mode],
    {
      ...(killAt === undefined ? {} : { killAt }),
      ...(environment === undefined ? {} : { shell: `env ${environment} sh` }),
    },
  );
  await host.verb(["lock", "release", run]);
  const texts = (name: string): readonly string[] => recordTexts(answer.records, name);
  return {
    ...answer,
    log: texts("log").join(""),
    problems: texts("problem"),
    step: texts("step")[0],
    waits: texts("reboot").flatMap((text) => text.split("\n")),
  };
}

/** What the next boot runs by the boot menu: the system that its default entry starts. */
export const bootDefault = (host: HostUnderTest): Promise<string> =>
  host.sh(`
[ ! -e /boot/grub/grub.cfg ] || { sed -n 's|^  linux .* init=\\(/nix/store/[^/]*\\)/init.*|\\1|p' /boot/grub/grub.cfg | head -n 1; exit 0; }
entry=$(sed -n 's/^default //p' /boot/loader/loader.conf)
sed -n 's|^options init=\\(/nix/store/[^/]*\\)/init.*|\\1|p' "/boot/loader/entries/$entry"`);

/** A newer nixpkgs, whose kernel differs. One with `more` of "panics" does not come up. */
export function publishKernel({ folder }: FleetProject, version: string, more = ""): void {
  const file = join(folder, "../nixpkgs/nixos/boot.nix");
  const text = readFileSync(file, "utf8")
    .replace(/kernel "[^"]*"; }/, `kernel "${version}"; }`)
    .replace(/echo 'kernel [^']*'/, `echo 'kernel ${version}${more}'`);
  writeFileSync(file, text);
}
