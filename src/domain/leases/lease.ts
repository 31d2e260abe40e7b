/** The lease of a group: which run acts on it, and since when. */

export interface Lease {
  readonly group: string;
  /** Grows with each owner; a host refuses an owner with a lower one than it has seen. */
  readonly epoch: number;
  readonly run: string;
  /** `user@machine`. */
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the epoch, by the store's clock; so is `expiresAt`. */
  readonly acquiredAt: number;
  readonly expiresAt: number;
}

/** The proof of ownership that goes along to hosts. */
export interface Fence {
  /** Which store counts the epochs: those of another say nothing about these. */
  readonly scope: string;
  readonly group: string;
  readonly epoch: number;
}

/** As the host program takes it: `SCOPE:GROUP=EPOCH`, separated by commas; a dash for none. */
export const fenceText = (fences: readonly Fence[]): string =>
  fences.map(({ scope, group, epoch }) => `${scope}:${group}=${epoch}`).join(",") || "-";
