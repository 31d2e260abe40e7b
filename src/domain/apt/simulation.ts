/** What `apt-get -s` says it would do. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface SimulatedInstall {
  /** With `:arch` only where it is not the host's own. */
  readonly name: string;
  /** Null for a package that is not there yet. */
  readonly from: string | null;
  readonly to: string;
  /** Where this version is to be had, as `label/suite` or only what stands before the colon. */
  readonly origins: readonly string[];
  readonly arch: string;
}

export interface Simulation {
  readonly installs: readonly SimulatedInstall[];
  readonly removals: readonly { readonly name: string; readonly from: string }[];
}

export const emptySimulation: Simulation = { installs: [], removals: [] };

/** Reads the lines that begin with Inst, Remv and Purg; others say nothing new. Fails with `os/apt-output`. */
export function parseSimulation(text: string): Result<Simulation> {
  const installs: SimulatedInstall[] = [];
  const removals: { name: string; from: string }[] = [];
  for (const line of text.split("\n")) {
    if (/^(Remv|Purg) /.test(line)) {
      const [, name, from] = REMOVAL.exec(line) ?? [];
      if (name === undefined || from === undefined) return err(unreadable(line));
      removals.push({ name, from });
    } else if (line.startsWith("Inst ")) {
      const install = installIn(line);
      if (install === undefined) return err(unreadable(line));
      installs.push(install);
    }
  }
  return ok({ installs, removals });
}

// Behind the closing parenthesis stand remarks on broken dependencies, such as ` []`.
const INSTALL = /^Inst (\S+)(?: \[([^\]]*)\])? \((\S+) (?:(.+?) )?\[([^\]\s]+)\]\)(?: \[.*)?$/;
const REMOVAL = /^(?:Remv|Purg) (\S+) \[([^\]]*)\]/;

function installIn(line: string): SimulatedInstall | undefined {
  const [, name, from, to, origins = "", arch] = INSTALL.exec(line) ?? [];
  if (name === undefined || to === undefined || arch === undefined) return undefined;
  return { name, from: from ?? null, to, arch, origins: origins.split(", ").filter((origin) => origin !== "") };
}

const unreadable = (line: string) =>
  failure("os/apt-output", "apt described its plan in a form that is not known", {
    found: line.slice(0, 200),
    next: "report it with the version of apt on the host",
  });

/** `noble-security` of `Ubuntu:24.04/noble-security`; the whole text where there is no slash. */
export const suiteOf = (origin: string): string => origin.slice(origin.lastIndexOf("/") + 1);
