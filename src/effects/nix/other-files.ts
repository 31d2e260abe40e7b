/** Reads files of a store that is not this machine's. */
import pLimit from "p-limit";
import { z } from "zod";
import type { Result } from "../../domain/outcome/result.ts";
import type { OtherStore } from "../../ports/nix-builder.ts";
import type { StoreFiles } from "../../ports/store-files.ts";
import { localStoreFiles } from "../machine/store-files.ts";
import type { NixInstallation } from "./installation.ts";
import type { StoreUrls } from "./other-store.ts";

const TIMEOUT_MS = 120_000;
/** Each is a process of its own. */
const READS_AT_ONCE = 4;

/** What lies in this machine's store as well is read here. A path that is not there is undefined, as is a store that is gone. */
export function otherStoreFiles(
  nix: (signal: AbortSignal) => Promise<Result<NixInstallation>>,
  urls: StoreUrls,
  store: OtherStore,
): StoreFiles {
  const limit = pLimit(READS_AT_ONCE);
  const ask = async (words: readonly string[], path: string) => {
    const { signal } = new AbortController();
    const [installation, url] = await Promise.all([nix(signal), urls.from(store)]);
    if (!installation.ok || !url.ok) return undefined;
    const args = ["store", ...words, "--store", url.value, path];
    const call = await limit(() => installation.value.run({ args, signal, timeoutMs: TIMEOUT_MS }));
    return call.ok ? call.value : undefined;
  };
  return {
    async read(storeFile, maxBytes) {
      const here = await localStoreFiles.read(storeFile, maxBytes);
      if (here !== undefined) return here;
      const answer = await ask(["cat"], storeFile);
      return answer !== undefined && answer.bytes.length <= maxBytes ? answer.bytes : undefined;
    },
    async target(storeLink) {
      const here = await localStoreFiles.target(storeLink);
      return here ?? linkTarget((await ask(["ls", "--json"], storeLink))?.stdout);
    },
  };
}

const linkSchema = z.object({ type: z.literal("symlink"), target: z.string() });

function linkTarget(json: string | undefined): string | undefined {
  try {
    return json === undefined ? undefined : linkSchema.safeParse(JSON.parse(json)).data?.target;
  } catch {
    return undefined;
  }
}
