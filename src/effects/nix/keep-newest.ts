/** Bounds the size of a cache folder. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Removes all but the entries that changed last. An entry that another command removes at the same time is no trouble. */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length <= count) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return {
        path,
        mtimeMs: await stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  const old = aged.sort((one, other) => other.mtimeMs - one.mtimeMs).slice(count);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true }).catch(() => undefined)));
}
