/** How many handshakes go on at once: over all hosts, and through each jump host. */
import { createSemaphore, type Semaphore } from "./semaphore.ts";

export interface DialLimits {
  /** Runs a handshake when there is room; undefined when the signal aborted first. `jump` is the endpoint it goes through. */
  run<T>(jump: string | undefined, signal: AbortSignal, handshake: () => Promise<T>): Promise<T | undefined>;
  /** Called when sshd dropped connections: fewer at once from now on. */
  throttle(jump: string | undefined): void;
}

// sshd's MaxStartups is 10:30:100 by default: it starts to drop at ten unauthenticated connections.
const GLOBAL_LIMIT = 32;
const JUMP_LIMIT = 8;

export function createDialLimits(): DialLimits {
  const all = createSemaphore(GLOBAL_LIMIT);
  const jumps = new Map<string, Semaphore>();
  const through = (jump: string): Semaphore => {
    const semaphore = jumps.get(jump) ?? createSemaphore(JUMP_LIMIT);
    jumps.set(jump, semaphore);
    return semaphore;
  };
  return {
    async run(jump, signal, handshake) {
      const releaseJump = jump === undefined ? () => {} : await through(jump).acquire(signal);
      if (releaseJump === undefined) return undefined;
      const release = await all.acquire(signal);
      try {
        return release === undefined ? undefined : await handshake();
      } finally {
        release?.();
        releaseJump();
      }
    },
    throttle(jump) {
      if (jump !== undefined) through(jump).halve();
    },
  };
}
