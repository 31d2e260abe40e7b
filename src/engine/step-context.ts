/** What a handler works with. */
import type { Elevation } from "../domain/host/loader.ts";
import type { ActivationId, HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { LocalCommands } from "../ports/local-commands.ts";
import type { NixBuilder } from "../ports/nix-builder.ts";
import type { Probes } from "../ports/probes.ts";
import type { RecordSigner } from "../ports/record-signer.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import type { EarlyCopies } from "./early-copies.ts";
import type { Fleet } from "./fleet.ts";
import type { LockTools } from "./host-lock.ts";
import type { Interruption } from "./interruption.ts";
import type { RebootSlots } from "./reboot-slots.ts";
import type { Recorder } from "./recorder.ts";
import type { HostSession } from "./session.ts";

export interface StepContext extends Pick<LockTools, "fencesOf" | "lockWaitMs"> {
  readonly session: HostSession;
  /** All hosts of the run, for hooks that run on another host. */
  readonly fleet: Fleet;
  readonly hosts: ReadonlyMap<HostName, ResolvedHost>;
  readonly localCommands: LocalCommands;
  readonly probes: Probes;
  readonly rebootSlots: RebootSlots;
  readonly builder: NixBuilder;
  readonly secrets: SecretStore;
  readonly records: RecordSigner;
  readonly storeFiles: StoreFiles;
  readonly recorder: Recorder;
  /** What the host knows this activation by. */
  readonly activation: ActivationId;
  readonly clock: Clock;
  /** Tells whether a run that holds a lock is dead. */
  readonly journal: Journal;
  readonly interruption: Interruption;
  /** Until when a step may wait for its window to open, in milliseconds since the epoch; null without end. */
  readonly windowWaitEndsMs: number | null;
  /** How commands become root. */
  readonly elevation: Elevation;
  /** Closures that were sent while others were still built; left out where none could be. */
  readonly early?: EarlyCopies;
  /** The host is put back on what it ran before: reachable is enough, since that was well, or is no worse than what it leaves. */
  readonly goingBack?: true;
  /** The host as it was when its lock was taken. */
  readonly before?: HostFacts;
  /** `user@machine`. */
  readonly operator: string;
  /** Git revision of the fleet, for the host's state. */
  readonly revision: string | null;
}
