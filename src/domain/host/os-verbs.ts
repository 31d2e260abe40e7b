/** The verbs of the host program that are about the operating system. */
import type { ActivationId } from "../ids.ts";
import type { Phasing, Repair } from "../os-update/policy.ts";
import type { HostCommand } from "./verbs.ts";

export interface UpdatesQuery {
  /** Fetch the package indexes first. */
  readonly refresh: boolean;
  readonly phasing: Phasing;
  /** Preferences under which is chosen; without them only the host's own counts come. */
  readonly chosen?: string;
  readonly security: string;
}

/** What would be updated, and what stands in the way. */
export const updatesCommand = ({ refresh, phasing, chosen, security }: UpdatesQuery): HostCommand => ({
  verb: "updates",
  args: [refresh ? "refresh" : "cached", phasing],
  payload: sections({ ...(chosen === undefined ? {} : { chosen }), security }),
});

export interface OsUpdateRequest {
  readonly run: ActivationId;
  readonly owner: string;
  readonly repair: Repair;
  readonly staleIndexes: "fail" | "warn";
  readonly phasing: Phasing;
  readonly overlay: string;
  readonly approved: readonly { readonly name: string; readonly from: string | null; readonly to: string }[];
  /** Packages of old kernels that make room for it. */
  readonly kernels?: readonly string[] | undefined;
}

/** Installs exactly what was approved, in a unit of its own; the answer follows it to its end. */
export const osUpdateCommand = (request: OsUpdateRequest): HostCommand => ({
  verb: "os-update",
  args: [request.run, request.owner, request.repair, request.staleIndexes, request.phasing],
  payload: sections({
    chosen: request.overlay,
    ...(request.kernels === undefined ? {} : { kernels: request.kernels.map((name) => `${name}\n`).join("") }),
    approved: request.approved.map(({ name, from, to }) => `${name}\t${from ?? "-"}\t${to}\n`).join(""),
  }),
});

/** Attaches to an update that was started, from a byte offset of its log. */
export const followOsUpdateCommand = (run: ActivationId, logOffset: number): HostCommand =>
  command("follow", [`${run}.os`, String(logOffset)]);

export const rebootCheckCommand = (): HostCommand => command("reboot-check", []);

export const bootabilityCommand = (): HostCommand => command("bootability", []);

/** @param reasons a word that stands for why; after `limit` reboots for the same one the host refuses */
export const issueRebootCommand = (run: ActivationId, bootId: string, reasons: string, limit: number): HostCommand =>
  command("reboot", ["issue", run, bootId, reasons, String(limit)]);

/** Forgets the reboots that led here. */
export const rebootVerifiedCommand = (run: ActivationId): HostCommand => command("reboot", ["verified", run]);

const command = (verb: HostCommand["verb"], args: readonly string[]): HostCommand => ({
  verb,
  args,
  payload: new Uint8Array(0),
});

/** Texts behind lines `@NAME`, as the host program parts them. */
const sections = (texts: Readonly<Record<string, string>>): Uint8Array =>
  new TextEncoder().encode(
    Object.entries(texts)
      .map(([name, text]) => `@${name}\n${text === "" || text.endsWith("\n") ? text : `${text}\n`}`)
      .join(""),
  );
