/** Counts how many may go on at once; the others wait in order. */

export interface Semaphore {
  /** Resolves with a function that gives the place back, or with undefined when the signal aborted first. */
  acquire(signal: AbortSignal): Promise<(() => void) | undefined>;
  /** From now on half as many, at least one. */
  halve(): void;
}

export function createSemaphore(initialLimit: number): Semaphore {
  let limit = initialLimit;
  let taken = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const next of waiting) {
      if (taken >= limit) return;
      waiting.delete(next);
      taken += 1;
      next();
    }
  };
  const place = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= 1;
      wake();
    };
  };
  return {
    halve() {
      limit = Math.max(1, Math.floor(limit / 2));
    },
    acquire: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        const admit = () => {
          signal.removeEventListener("abort", leave);
          resolve(place());
        };
        const leave = () => {
          waiting.delete(admit);
          resolve(undefined);
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(admit);
        wake();
      }),
  };
}
