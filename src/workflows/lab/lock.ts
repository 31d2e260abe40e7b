/** One command at a time works on a lab. */
import type { Result } from "../../domain/outcome/result.ts";
import type { Lab } from "../../ports/lab.ts";

export async function withLabLock<T>(lab: Lab, work: () => Promise<Result<T>>): Promise<Result<T>> {
  const fit = await lab.preconditions.check();
  if (!fit.ok) return fit;
  const lock = await lab.store.lock();
  if (!lock.ok) return lock;
  try {
    return await work();
  } finally {
    await lock.value.release();
  }
}
