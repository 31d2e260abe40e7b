/** What a host has of what NixFleet needs, from the records of the bootstrap program's `look`. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable, recordText, recordTexts } from "../host/records.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface FreshHost {
  readonly os: { readonly id: string; readonly version: string; readonly pretty: string };
  readonly systemd: boolean;
  readonly apt: boolean;
  /** Whether apt has package lists: without them a missing candidate says nothing. */
  readonly aptIndexes: boolean;
  readonly sudo: boolean;
  /** What `nix --version` says; null without Nix. */
  readonly nix: string | null;
  /** Versions that apt would install, where something of Nix is missing. */
  readonly candidates: { readonly setup: string | null; readonly nix: string | null };
  readonly daemon: "active" | "inactive" | "missing";
  /** It runs with an older configuration than there is now. */
  readonly daemonStale: boolean;
  /** Of the fleet's keys, those that the daemon's configuration does not name. */
  readonly missingKeys: readonly string[];
  readonly confFile: string | null;
  /** Why nothing can be added to Nix's configuration. */
  readonly confProblem: string | null;
  readonly account: { readonly home: string; readonly shell: string } | null;
  /** The daemon believes the account whatever it says, which makes it root. */
  readonly trustedUser: boolean;
  readonly signaturesOff: boolean;
  /** "none": the host has no such group. */
  readonly nixUsers: "member" | "stranger" | "none";
  readonly sudoRule: "nopasswd" | "password" | null;
  /** Restricted hosts: sudo lets the account call the installed program. */
  readonly sudoEntry: boolean;
  /** What else sudo lets the account do, in sudo's own words. */
  readonly otherRules: readonly string[];
  /** Restricted hosts: what was looked at besides. */
  readonly restricted: {
    readonly program: boolean;
    /** Why the program cannot be installed, or would be of no use. */
    readonly problem: string | null;
    /** The host knows its name and the fleet's keys. */
    readonly fleet: boolean;
    readonly groups: readonly string[];
  };
  readonly hasPassword: boolean;
  /** Of the login keys, those that may not log in. */
  readonly missingLogins: readonly string[];
}

/** Fails with `host/protocol` when the answer is of another version. */
export function parseFreshHost(records: readonly HostRecord[]): Result<FreshHost> {
  const text = (name: string): string | null => recordText(records, name) ?? null;
  const yes = (name: string): boolean => text(name) === "yes";
  if (text("protocol") !== "1") {
    return err(
      failure("host/protocol", "the host's answer is not of a form that is known", { found: text("protocol") ?? "" }),
    );
  }
  const [home, shell] = text("account")?.split("\t") ?? [];
  return ok({
    os: { id: text("os.id") ?? "", version: text("os.version") ?? "", pretty: text("os.pretty") ?? "" },
    systemd: yes("systemd"),
    apt: yes("apt"),
    aptIndexes: yes("apt.indexes"),
    sudo: yes("sudo"),
    nix: text("nix"),
    candidates: { setup: text("candidate.setup"), nix: text("candidate.nix") },
    daemon: daemonState(recordTable(records, "daemon")),
    daemonStale: yes("daemon.stale"),
    missingKeys: recordTexts(records, "key.missing"),
    confFile: text("conf.file"),
    confProblem: text("conf.problem"),
    account: home === undefined ? null : { home, shell: shell ?? "" },
    trustedUser: yes("user.trusted"),
    signaturesOff: yes("sigs.off"),
    nixUsers: oneOf(text("nix-users"), ["member", "stranger"] as const) ?? "none",
    sudoRule: oneOf(text("sudo.rule"), ["nopasswd", "password"] as const) ?? null,
    sudoEntry: yes("sudo.entry"),
    otherRules: text("sudo.others")?.split("\n") ?? [],
    restricted: {
      program: yes("program"),
      problem: text("program.problem"),
      fleet: yes("fleet"),
      groups: (text("account.groups") ?? "").split(" "),
    },
    hasPassword: text("password") !== "none",
    missingLogins: text("login.missing")?.split("\n") ?? [],
  });
}

/** Units of systemd as rows of name, `is-enabled` and `is-active`. Either of the two units will do. */
function daemonState(rows: readonly (readonly string[])[]): FreshHost["daemon"] {
  if (rows.some(([, , active]) => active === "active")) return "active";
  return rows.every(([, enabled]) => enabled === "" || enabled === "not-found") ? "missing" : "inactive";
}

const oneOf = <T extends string>(text: string | null, allowed: readonly T[]): T | undefined =>
  allowed.find((candidate) => candidate === text);
