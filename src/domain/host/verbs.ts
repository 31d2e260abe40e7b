/** What the CLI asks the host program to do: one builder for each verb (backends/host/README.md is the contract). */
import type { ActivationId, Generation, RunId, StorePath } from "../ids.ts";
import { type Fence, fenceText } from "../leases/lease.ts";

export interface HostCommand {
  readonly verb:
    | "facts"
    | "inspect"
    | "closure"
    | "lock"
    | "lease"
    | "activate"
    | "follow"
    | "begun"
    | "remove"
    | "gc"
    | "secret"
    | "confirm"
    | "reject"
    | "health"
    | "updates"
    | "os-update"
    | "reboot-check"
    | "bootability"
    | "trust"
    | "program"
    | "reboot";
  /** Given to the program as they are; the transport quotes them. */
  readonly args: readonly string[];
  /** Follows the program on standard input; empty for most verbs. */
  readonly payload: Uint8Array;
}

export const factsCommand = (): HostCommand => command("facts", []);

export interface InspectRequest {
  readonly kind: "stat" | "read";
  readonly path: string;
  /** Files larger than this give no content. */
  readonly maxBytes?: number;
}

/** Looks at many paths at once. Paths hold neither tabs nor newlines, as in manifests. */
export const inspectCommand = (requests: readonly InspectRequest[]): HostCommand => ({
  verb: "inspect",
  args: [],
  payload: new TextEncoder().encode(requests.map(inspectLine).join("")),
});

/** The closure of what is live, with sizes, and which of `paths` the host's store lacks. */
export const closureCommand = (live: StorePath | null, paths: readonly StorePath[]): HostCommand => ({
  verb: "closure",
  args: [live ?? "-"],
  payload: new TextEncoder().encode(paths.map((path) => `${path}\n`).join("")),
});

export interface LockRequest {
  readonly run: RunId;
  /** `user@machine`. */
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly reason: string;
  /** Kept from garbage collection as long as the lock is held: name it before its copy begins. */
  readonly system?: StorePath;
  /** A run that is known to be dead: its lock is taken over though it has not expired. */
  readonly instead?: RunId;
  /** The run's leases of the host's groups. */
  readonly fences?: readonly Fence[];
}

export const acquireLockCommand = (request: LockRequest): HostCommand =>
  command("lock", [
    "acquire",
    request.run,
    request.owner,
    String(request.ttlSeconds),
    request.reason,
    request.system ?? "-",
    request.instead ?? "-",
    fenceText(request.fences ?? []),
  ]);

export const renewLockCommand = (run: RunId, ttlSeconds: number): HostCommand =>
  command("lock", ["renew", run, String(ttlSeconds)]);

export const releaseLockCommand = (run: RunId): HostCommand => command("lock", ["release", run]);

export const breakLockCommand = (reason: string): HostCommand => command("lock", ["break", reason]);

export const lockStatusCommand = (): HostCommand => command("lock", ["status"]);

/** What the plan found on the host; the program refuses when it is no longer so. */
export interface ExpectedHost {
  readonly live: StorePath | null;
  readonly generation: Generation;
}

export interface ActivationRequest {
  readonly run: ActivationId;
  readonly expected: ExpectedHost;
  readonly owner: string;
  readonly revision: string | null;
  /** Seconds within which the activation must be confirmed, or the host goes back; 0 commits at once. */
  readonly confirmSeconds: number;
  /** NixOS: what describes the system (null for one that nixfleet did not describe), and whether it is to be live now. */
  readonly nixos?: { readonly description: StorePath | null; readonly mode: "live" | "boot" | "once" };
  /** Restricted hosts: the signed deploy record. */
  readonly record?: Uint8Array;
}

/** Makes a closure live and commits it, in a unit of its own; the answer follows it to its end. */
export const activateCommand = (system: StorePath, request: ActivationRequest): HostCommand => ({
  verb: "activate",
  args: [...confirmArgs(request), request.run, system, ...activationArgs(request), ...nixosArgs(request)],
  payload: request.record ?? NO_PAYLOAD,
});

/** Un-manages the host: activates the empty manifest, which restores what was adopted. */
export const removeCommand = (request: ActivationRequest): HostCommand => ({
  verb: "remove",
  args: [...confirmArgs(request), request.run, ...activationArgs(request)],
  payload: request.record ?? NO_PAYLOAD,
});

/** Commits the activation that waits for this token. */
export const confirmCommand = (run: ActivationId, token: string): HostCommand => command("confirm", [run, token]);

/** Sends the activation that waits for this token back at once. */
export const rejectCommand = (run: ActivationId, token: string, reason: string): HostCommand =>
  command("reject", [run, token, oneLine(reason)]);

/** Attaches to an activation that was started, from a byte offset of its log; works also after its end. */
export const followCommand = (run: ActivationId, logOffset: number): HostCommand =>
  command("follow", [run, String(logOffset)]);

/** Which steps the host began under this name. */
export const begunCommand = (run: ActivationId): HostCommand => command("begun", [run]);

/**
 * Forgets all but the newest `keep` generations and those that are in use. "look" only tells which; "collect" also has Nix
 * delete what nothing needs any more.
 */
export const gcCommand = (keep: number, mode: "look" | "forget" | "collect"): HostCommand =>
  command("gc", ["--keep", String(keep), ...(mode === "forget" ? [] : [mode])]);

/** Hands over what domain/secrets/payload.ts lays out, for the activation of the same run. */
export const stageSecretsCommand = (run: ActivationId, payload: Uint8Array): HostCommand => ({
  verb: "secret",
  args: ["stage", run],
  payload,
});

/** Asks what secrets are live and, with a system, what of its last ones is still kept. */
export const secretStateCommand = (system: StorePath | null): HostCommand =>
  command("secret", ["state", system ?? "-"]);

/** Restricted hosts: believe other keys from now on, as the signed record says. */
export const trustCommand = (record: Uint8Array): HostCommand => ({ verb: "trust", args: [], payload: record });

/** Restricted hosts: install this program, which the signed record names. */
export const programCommand = (record: Uint8Array, program: Uint8Array): HostCommand => ({
  verb: "program",
  args: [],
  payload: Buffer.concat([record, program]),
});

const NO_PAYLOAD = new Uint8Array(0);

const command = (verb: HostCommand["verb"], args: readonly string[]): HostCommand => ({
  verb,
  args,
  payload: NO_PAYLOAD,
});

const inspectLine = (request: InspectRequest): string =>
  request.kind === "stat" ? `stat ${request.path}\n` : `read ${request.maxBytes ?? 0} ${request.path}\n`;

const confirmArgs = ({ confirmSeconds }: ActivationRequest): readonly string[] =>
  confirmSeconds === 0 ? [] : [`confirm=${confirmSeconds}`];

const nixosArgs = ({ nixos }: ActivationRequest): readonly string[] =>
  nixos === undefined ? [] : [nixos.description ?? "-", nixos.mode];

// Arguments are fields of tables on the host.
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 200);

const activationArgs = (request: ActivationRequest): readonly string[] => [
  request.expected.live ?? "-",
  String(request.expected.generation),
  request.owner,
  request.revision ?? "-",
];
