/** The plan of one host: what changes, or why nothing can. */
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { type FileFindings, fileFindings } from "./file-changes.ts";
import type { Differ } from "./file-diff.ts";
import { blankHost, refusedHost, seenHost } from "./host-frame.ts";
import { withHooks } from "./host-hooks.ts";
import type { DesiredHost, HostInput } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import { manifestChanges } from "./manifest-changes.ts";
import { asTheSystemSays, unfitFor, waitsForBoot } from "./nixos.ts";
import { bootNotes } from "./nixos-boot.ts";
import { withOsStage } from "./os-stage.ts";
import type { FileChange, PlanHost, Step } from "./plan.ts";
import { cannotReceive, noSpace, occupiedBy } from "./preflight.ts";
import { withProgram } from "./program-step.ts";
import { secretChanges } from "./secret-changes.ts";
import { withSecrets } from "./secret-steps.ts";
import { stepsFor } from "./steps.ts";
import { unitActions } from "./unit-changes.ts";

/** Same input, same plan. */
export const planHost = (input: HostInput, differ: Differ): PlanHost =>
  withProgram(
    withHooks(
      withPendingUpdates(withOsStage(planConfiguration(input, differ), input.osStage), input),
      input.hooks ?? {},
      "change",
    ),
    input,
  );

/** How much the host's distribution has in store, for people. */
function withPendingUpdates(host: PlanHost, { observed }: HostInput): PlanHost {
  const updates = observed.ok ? observed.value.osUpdates?.updates : undefined;
  return updates === undefined
    ? host
    : { ...host, pendingUpdates: { pending: updates.pending, security: updates.security } };
}

function planConfiguration(input: HostInput, differ: Differ): PlanHost {
  if (!input.observed.ok) return refusedHost(blankHost(input.host), input.observed.error);
  const facts = input.observed.value;
  const seen = seenHost(blankHost(input.host), facts);
  if (!input.desired.ok) return refusedHost(seen, input.desired.error);
  const desired = input.desired.value;
  const unfit = unfitFor(input.host.base, facts, desired);
  if (unfit !== undefined) return refusedHost(seen, unfit);
  const changes = {
    ...seen,
    ...changesOf({ ...input, differ }, facts, desired),
    to: { system: systemOf(desired) },
    ...(input.closure === undefined ? {} : { closure: input.closure }),
    ...(desired.kind === "closure" && desired.build !== undefined ? { build: desired.build } : {}),
  };
  const obstacle = occupiedBy(facts, input.lockAbandoned) ?? conflict(changes);
  if (obstacle !== undefined) return refusedHost(changes, obstacle);
  if (!isChange(facts, changes)) return { ...changes, action: "none", reason: idleReason(facts, desired) };
  const lacking = preflight(input, facts, desired);
  if (lacking !== undefined) return refusedHost(changes, lacking);
  return { ...changes, action: "change", steps: stepsOf(input, desired, facts) };
}

const stepsOf = (input: HostInput, desired: DesiredHost, facts: HostFacts): Step[] =>
  withSecrets(stepsFor(input.host.name, desired, facts, input), input.host.name, desired, facts, input.secrets);

const systemOf = (desired: DesiredHost): string | null => (desired.kind === "closure" ? desired.system : null);

type Changes = Pick<
  PlanHost,
  "files" | "secrets" | "conflicts" | "units" | "packages" | "users" | "directories" | "notes"
>;

function changesOf(input: HostInput & { readonly differ: Differ }, facts: HostFacts, desired: DesiredHost): Changes {
  const wanted = desired.kind === "closure" ? desired.manifest : null;
  const known = isKnown(input, facts, desired);
  if (!known && input.host.base === "nixos") return unlisted(input, facts, desired);
  const seen = input.host.base === "nixos" ? asTheSystemSays(facts, input.current) : facts;
  const files = fileFindings(seen, wanted, input);
  const secrets = secretChanges(input.secrets, wanted?.secrets ?? []);
  const units = unitActions({ facts: seen, desired: wanted, current: input.current, files: files.files, secrets });
  const listed = known ? manifestChanges(input.current, wanted) : { packages: [], users: [], directories: [] };
  const changes = { ...files, files: withRestored(files.files, input.current), secrets, units, ...listed };
  return {
    ...changes,
    notes: [
      ...notesFor(facts, desired, changes, known),
      ...bootNotesFor(input, facts, desired),
      ...lockNotes(input, facts),
      ...storeNotes(input),
    ],
  };
}

/** What leaves the manifest and had been taken over is put back by the host. */
function withRestored(files: readonly FileChange[], current: Manifest | null): readonly FileChange[] {
  const adopted = new Set(current?.files.filter(({ adopt }) => adopt).map(({ path }) => path));
  return files.map((file) => (file.change === "remove" && adopted.has(file.path) ? { ...file, restores: true } : file));
}

/** Whether both sides say what they manage. Before the first apply nothing is managed, and that is known, too. */
const isKnown = ({ current }: HostInput, facts: HostFacts, desired: DesiredHost): boolean =>
  (current !== null || liveSystem(facts) === null) && (desired.kind === "empty" || desired.manifest !== null);

/** A NixOS system of somebody else, now or next: its closure can be compared, its content cannot. */
function unlisted(input: HostInput, facts: HostFacts, desired: DesiredHost): Changes {
  const wanted = desired.kind === "closure" ? desired.manifest : null;
  // Those that the host has are known from the host itself.
  const secrets = secretChanges(input.secrets, wanted?.secrets ?? []);
  const nothing = { files: [], secrets, conflicts: [], units: [], packages: [], users: [], directories: [] };
  const notes = [
    ...notesFor(facts, desired, nothing, false),
    ...bootNotesFor(input, facts, desired),
    ...lockNotes(input, facts),
    ...storeNotes(input),
  ];
  return { ...nothing, notes };
}

const idleReason = (facts: HostFacts, desired: DesiredHost): string =>
  waitsForBoot(facts, systemOf(desired))
    ? `up to date once it boots: ${facts.staged?.reasons.join(", ") ?? ""}`
    : "up to date";

function notesFor(
  facts: HostFacts,
  desired: DesiredHost,
  changes: FileFindings & Omit<Changes, "notes">,
  known: boolean,
): string[] {
  const live = liveSystem(facts);
  const lists = [
    changes.secrets,
    changes.files,
    changes.conflicts,
    changes.units,
    changes.packages,
    changes.users,
    changes.directories,
  ];
  const notes: string[] = [];
  if (live === null && desired.kind === "closure") notes.push("first apply on this host");
  if (!known) notes.push(unknownSide(facts, desired));
  if (facts.interrupted !== null) notes.push(`finishes an activation that was cut short (run ${facts.interrupted})`);
  else if (facts.staged !== null)
    notes.push(`waits for a boot since the last apply: ${facts.staged.reasons.join(", ")}`);
  else if (facts.committed !== live) notes.push("what is live was never committed: an earlier activation did not end");
  if (known && live !== systemOf(desired) && lists.every((list) => list.length === 0)) {
    notes.push(
      facts.os.id === "nixos"
        ? "only plain NixOS options change: NixOS decides what they do to units and files"
        : "the closure changes, but no file, unit, package, account or directory of it does",
    );
  }
  return notes;
}

function unknownSide(facts: HostFacts, desired: DesiredHost): string {
  if (desired.kind === "closure" && desired.manifest === null)
    return "nixfleet did not describe this system: file, unit and account changes are not listed";
  if (facts.os.id === "nixos")
    return "nixfleet did not describe what runs now: file, unit and account changes are not listed";
  return "the live closure has no readable manifest: package, account and directory changes are not listed";
}

/** A system that is live already has come as far as it can without a boot: facts tell what it waits for. */
const bootNotesFor = ({ nextBoot }: HostInput, facts: HostFacts, desired: DesiredHost): string[] =>
  nextBoot === undefined || facts.boot === undefined || systemOf(desired) === liveSystem(facts)
    ? []
    : bootNotes(facts.boot, nextBoot);

const storeNotes = ({ notCompared }: HostInput): string[] =>
  notCompared === undefined ? [] : [`what changes in the store is not known: ${notCompared}`];

function lockNotes({ lockAbandoned }: HostInput, { lock }: HostFacts): string[] {
  if (lock === null) return [];
  if (lock.expired) return [`takes over an expired lock of ${lock.owner}`];
  return lockAbandoned === true ? [`takes over the lock of run ${lock.run}, which died`] : [];
}

function conflict(host: PlanHost): Failure | undefined {
  const [first, ...others] = host.conflicts;
  if (first === undefined) return undefined;
  const what =
    others.length === 0
      ? `${first.path} is in the way and not managed by nixfleet`
      : `${first.path} and ${others.length} more are in the way and not managed by nixfleet`;
  return failure("plan/conflict", what, {
    detail: host.conflicts.map(({ path, found }) => `${path}: ${found}`).join("\n"),
    next: "move it away, or set adopt = true on the file to take it over with a backup",
  });
}

const isChange = (facts: HostFacts, host: PlanHost): boolean =>
  facts.interrupted !== null || (!waitsForBoot(facts, host.to?.system ?? null) && isOther(facts, host));

const isOther = (facts: HostFacts, host: PlanHost): boolean =>
  host.to?.system !== liveSystem(facts) ||
  host.to?.system !== facts.committed ||
  host.files.length > 0 ||
  host.secrets.length > 0 ||
  host.units.length > 0;

function preflight(input: HostInput, facts: HostFacts, desired: DesiredHost): Failure | undefined {
  const travels = desired.kind === "closure" && desired.present !== true;
  return travels ? cannotReceive(facts, input.closure?.copy.bytes) : noSpace(facts);
}
