/** Whether this machine can carry a lab, and what it lacks. */
import { readFile } from "node:fs/promises";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabPreconditions, Report } from "../../ports/lab.ts";
import { run, runShowing } from "./command.ts";

export const labPreconditions: LabPreconditions = { check, missingPackages, install };

/** Debian's names of packages; Ubuntu has the same. */
const NEEDED: readonly string[] = [
  "mmdebstrap",
  "debian-archive-keyring",
  "systemd-container",
  "iproute2",
  "openssh-client",
  "util-linux",
];

const NEEDED_FOR_ARCHIVE: readonly string[] = ["apt-utils", "gpg", "gpg-agent"];

async function check(): Promise<Result<void>> {
  if (process.platform !== "linux") return unsupported("Linux", process.platform);
  if (process.getuid?.() !== 0) return err(failure("lab/not-root", "the lab needs root", { next: "run it with sudo" }));
  if (!(await run(["dpkg-query", "--version"])).ok) return unsupported("a system with Debian packages", "no dpkg");
  return (await hasOverlayfs()) ? ok(undefined) : unsupported("a kernel with overlayfs", "none in /proc/filesystems");
}

/** As a module it shows only once it is loaded. */
async function hasOverlayfs(): Promise<boolean> {
  const listed = async (): Promise<boolean> => /\toverlay$/m.test(await readFile("/proc/filesystems", "utf8"));
  return (await listed()) || ((await run(["modprobe", "overlay"])).ok && (await listed()));
}

const unsupported = (expected: string, found: string): Result<void> =>
  err(failure("lab/unsupported", "this machine cannot run a lab", { expected, found }));

async function missingPackages({ archive }: { readonly archive: boolean }): Promise<readonly string[]> {
  const needed = archive ? [...NEEDED, ...NEEDED_FOR_ARCHIVE] : NEEDED;
  // dpkg fills the placeholders.
  const format = ["Package", "db:Status-Status"].map((field) => `\${${field}}`).join(" ");
  const { stdout } = await run(["dpkg-query", "--show", "--showformat", `${format}\\n`, ...needed]);
  const installed = new Set(stdout.split("\n").flatMap((line) => line.match(/^(\S+) installed$/)?.slice(1) ?? []));
  return needed.filter((name) => !installed.has(name));
}

async function install(packages: readonly string[], report: Report): Promise<Result<void>> {
  const aptGet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"] as const;
  for (const words of [["update"], ["install", "--no-install-recommends", ...packages]]) {
    const { ok: done, log } = await runShowing([...aptGet, ...words], report);
    if (!done) {
      const detail = log.trimEnd().split("\n").slice(-15).join("\n");
      return err(failure("lab/install-failed", `apt-get ${words[0]} failed`, { detail }));
    }
  }
  return ok(undefined);
}
