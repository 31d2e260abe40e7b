/** Fleets of lab machines whose packages are updated and that reboot: what tests of both share. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostUnderTest } from "./activation.ts";
import type { FleetProject } from "./fleet-project.ts";
import type { Answer } from "./lab.ts";

/** Reboots watched for a second only. */
export const QUICK = ["--soak-after", "1s"];

/** What stands in for kubectl or a balancer: says what it was asked, in a file beside the inventory. */
export const standIn = (words: string, then = "") => ({
  where: "local",
  run: `echo "${words} $NIXFLEET_HOST" >>hooks.log${then === "" ? "" : `; ${then}`}`,
  timeout: "10m",
});

export const hookLog = ({ folder }: FleetProject): string[] => {
  const file = join(folder, "hooks.log");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
};

/** Status by host, with the code of its failure. */
export function resultsOf({ stdout }: Pick<Answer, "stdout">): Record<string, string> {
  const summary = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .findLast(({ type }) => type === "summary");
  return Object.fromEntries(
    summary.hosts.map(({ name, status, error }: { name: string; status: string; error?: { code: string } }) => [
      name,
      error === undefined ? status : `${status} ${error.code}`,
    ]),
  );
}

export const bootIdOf = (host: HostUnderTest): Promise<string> => host.sh("cat /proc/sys/kernel/random/boot_id");

export const asksForReboot = (host: HostUnderTest): Promise<string> =>
  host.sh("echo nf-test >/run/reboot-required.pkgs; touch /run/reboot-required");

/** A shell command that ends once the file is there beside the inventory. */
export const untilFile = (name: string): string => `while [ ! -e ${name} ]; do sleep 0.2; done`;
