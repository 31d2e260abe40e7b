/** Closures on their way before the plan that wants them was whole: a lead that a copy may have, never more than that. */
import type { HostName } from "../domain/ids.ts";
import type { CopyOutcome } from "../ports/nix-builder.ts";

export interface EarlyCopies {
  /**
   * Waits until the host's early copy has come to its end, and gives what it brought; undefined where there was none, or where
   * it failed: the copy is then made as if nothing had been tried.
   */
  takeOver(host: HostName): Promise<CopyOutcome | undefined>;
  /** Stops those under way, and warns of what was sent and not taken over. Does nothing when it is called again. */
  end(): Promise<void>;
}
