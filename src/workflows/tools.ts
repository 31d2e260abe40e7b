/** What the workflows work with; wired once, for each command. */
import type { Elevation } from "../domain/host/loader.ts";
import type { Interruption } from "../engine/interruption.ts";
import type { RebootSlots } from "../engine/reboot-slots.ts";
import type { Audience } from "../ports/audience.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { LeaseStore } from "../ports/lease-store.ts";
import type { LocalCommands } from "../ports/local-commands.ts";
import type { NixBuilder } from "../ports/nix-builder.ts";
import type { Probes } from "../ports/probes.ts";
import type { ProjectSecrets } from "../ports/project-secrets.ts";
import type { RandomBytes } from "../ports/random.ts";
import type { RecordSigner } from "../ports/record-signer.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import type { Transport } from "../ports/transport.ts";

export interface Tools {
  readonly transport: Transport;
  readonly builder: NixBuilder;
  readonly storeFiles: StoreFiles;
  readonly secrets: SecretStore;
  /** The encrypted files that those values are in. */
  readonly secretFiles: ProjectSecrets;
  readonly records: RecordSigner;
  readonly localCommands: LocalCommands;
  readonly probes: Probes;
  readonly rebootSlots: RebootSlots;
  readonly leases: LeaseStore;
  /** How long to wait for leases and locks that others hold. */
  readonly lockWaitMs: number;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly audience: Audience;
  readonly interruption: Interruption;
  /** Text of the host program. */
  readonly program: string;
  readonly elevation: Elevation;
  /** `user@machine`. */
  readonly operator: string;
  /** Words of the command line that lead to the same fleet by the same way. */
  readonly flags: readonly string[];
  readonly toolVersion: string;
}

export { createInterruption } from "../engine/interruption.ts";
export type { Interruption };
