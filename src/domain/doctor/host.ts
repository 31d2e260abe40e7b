/** Judges one host by what it told and by what was tried on it. */
import type { ProgramVersion } from "../host/program-version.ts";
import { isRestricted } from "../inventory/access.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import type { Result } from "../outcome/result.ts";
import { cannotReceive, noSpace, occupiedBy } from "../plan/preflight.ts";
import { type Finding, fails, fine, warns } from "./finding.ts";

export interface HostExamination {
  readonly host: ResolvedHost;
  /** How the connection came about; the failure when there is none. */
  readonly reached: Result<Reached>;
  /** Absent when there was no connection. */
  readonly facts?: Result<HostFacts>;
  /** Absent when there was no Nix daemon to try it on. */
  readonly trust?: Result<Trust>;
  /** Milliseconds by which the host's clock is ahead. */
  readonly aheadMs?: number;
  /** The host program of this version. */
  readonly program?: ProgramVersion;
}

interface Reached {
  readonly adapter: string;
  readonly address: string;
  readonly user: string;
  readonly hostKeyFingerprint?: string;
  readonly because: string;
}

interface Trust {
  readonly signed: "accepted" | "refused" | "no-key";
  readonly unsigned: "accepted" | "refused";
}

export function judgeHost(examination: HostExamination): readonly Finding[] {
  const { host, reached, facts, trust, aheadMs, program } = examination;
  if (!reached.ok) return [fails(reached.error.code.includes("host-key") ? "host key" : "connection", reached.error)];
  const way = [connection(reached.value), ...hostKey(reached.value, host)];
  if (facts === undefined) return way;
  if (!facts.ok) return [...way, fails(facts.error.code.startsWith("transport/sudo") ? "sudo" : "facts", facts.error)];
  return [
    ...way,
    fine("sudo", becomes(reached.value, host)),
    system(host, facts.value),
    nixDaemon(facts.value),
    ...(trust === undefined ? [] : [trusted(trust)]),
    ...installedProgram(facts.value, program),
    disk(facts.value),
    ...(aheadMs === undefined ? [] : [clock(aheadMs)]),
    lock(facts.value),
  ];
}

function becomes({ user }: Reached, host: ResolvedHost): string {
  if (user === "root") return "the login is root";
  return isRestricted(host) ? "restricted: calls NixFleet's program, and nothing else" : "becomes root";
}

const connection = ({ adapter, address, user, because }: Reached): Finding =>
  fine("connection", `${adapter}, as ${user}: ${because}`, address);

function hostKey({ adapter, hostKeyFingerprint }: Reached, { hostKeys }: ResolvedHost): Finding[] {
  if (adapter === "local") return [];
  return [
    fine("host key", hostKeys === undefined ? "is in known_hosts" : "is pinned in the inventory", hostKeyFingerprint),
  ];
}

function system({ base, system: wanted }: ResolvedHost, { os, system: found }: HostFacts): Finding {
  if (os.id !== "" && os.id !== base) {
    return fails(
      "system",
      failure("doctor/other-base", "the host runs another distribution than the inventory says", {
        expected: base,
        found: os.pretty || os.id,
        next: `set base: ${os.id} in the inventory, if that is right`,
      }),
    );
  }
  if (found === wanted) return fine("system", `${os.pretty || os.id}, ${found}`);
  return fails(
    "system",
    failure("doctor/other-system", "the host has another processor than the inventory says", {
      expected: wanted,
      found,
      next: `set system: ${found} in the inventory`,
    }),
  );
}

function nixDaemon(facts: HostFacts): Finding {
  // Room is a check of its own.
  const problem = cannotReceive({ ...facts, disk: [] });
  if (problem !== undefined) return fails("nix daemon", { ...problem, next: `${problem.next}, or nixfleet bootstrap` });
  const version = facts.nixVersion.kind === "known" ? facts.nixVersion.value : "of unknown version";
  return fine("nix daemon", version);
}

function trusted(trust: Result<Trust>): Finding {
  if (!trust.ok) return fails("trust", trust.error);
  const { signed, unsigned } = trust.value;
  if (signed === "refused") {
    const what = "the host refuses what the fleet's key has signed";
    return fails("trust", failure("doctor/key-not-trusted", what, { next: "nixfleet bootstrap HOST adds the key" }));
  }
  if (unsigned === "accepted") {
    const what = "the host accepts closures that nobody signed";
    const next = "take the deploy account out of trusted-users, and leave require-sigs on";
    return warns("trust", failure("doctor/unsigned-accepted", what, { next }));
  }
  if (signed === "accepted") return fine("trust", "takes what the fleet's key has signed, and nothing else");
  const what = "this machine has no signing key to try with";
  return warns(
    "trust",
    failure("doctor/key-untried", what, { next: "nixfleet keys generate, or run this where the key is" }),
  );
}

function installedProgram({ restricted }: HostFacts, own: ProgramVersion | undefined): Finding[] {
  if (restricted === undefined || own === undefined) return [];
  const { program } = restricted;
  if (program?.sha256 === own.sha256) return [fine("program", "is this version's")];
  const newer = program !== undefined && program.number > own.number;
  const next =
    program === undefined
      ? "nixfleet bootstrap installs this version's, as root"
      : newer
        ? "update nixfleet on this machine"
        : "the next nixfleet apply installs this version's";
  const what = newer
    ? "the host has a newer version of NixFleet's program"
    : "the host has another version of NixFleet's program";
  return [warns("program", failure("doctor/other-program", what, { next }))];
}

/** Where less is free, an update or two more will fill it. */
const LITTLE_SHARE = 0.1;

function disk(facts: HostFacts): Finding {
  const full = noSpace(facts);
  if (full !== undefined) return fails("disk", full);
  const tight = facts.disk.filter(
    ({ freeBytes, totalBytes }) => totalBytes > 0 && freeBytes / totalBytes < LITTLE_SHARE,
  );
  if (tight.length === 0) return fine("disk", "room enough");
  const found = tight.map(
    ({ mount, freeBytes, totalBytes }) => `${Math.floor((freeBytes / totalBytes) * 100)}% of ${mount}`,
  );
  return warns("disk", failure("doctor/disk", "a file system is nearly full", { found: `free: ${found.join(", ")}` }));
}

const SLIGHT_SKEW_MS = 30_000;
/** A lock lives for five minutes by the host's clock. */
const SKEW_MS = 300_000;

function clock(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  if (off < SLIGHT_SKEW_MS) return fine("clock", "as here");
  const found = `${Math.round(off / 1000)} s ${aheadMs > 0 ? "ahead" : "behind"}`;
  const problem = failure("doctor/clock", "the host's clock differs from this machine's", {
    found,
    next: "timedatectl set-ntp true, on whichever is wrong",
  });
  return off < SKEW_MS ? warns("clock", problem) : fails("clock", problem);
}

function lock(facts: HostFacts): Finding {
  const occupied = occupiedBy(facts);
  if (occupied !== undefined) return warns("lock", { ...occupied, next: LOCK_ADVICE });
  if (facts.interrupted !== null) return warns("lock", interrupted(facts.interrupted));
  return fine("lock", facts.lock === null ? "free" : "expired, the next run takes it over");
}

const LOCK_ADVICE = "wait for it; nixfleet lock status tells more, nixfleet lock release breaks a dead run's";

const interrupted = (run: string): Failure =>
  failure("doctor/interrupted", `an activation was cut short (run ${run})`, { next: "nixfleet apply finishes it" });
