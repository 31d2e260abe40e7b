/** Remembers which derivations a fleet evaluated to. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type HostName, parseHostName, parseStorePath } from "../../domain/ids.ts";
import type { EvaluatedHost, EvaluateRequest } from "../../ports/nix-builder.ts";
import { readJsonFile, writeJsonFile } from "./json-file.ts";
import { keepNewest } from "./keep-newest.ts";

export interface EvaluationCache {
  /** Answers that are still good: the derivation or its output is in the store. */
  load(): Promise<ReadonlyMap<HostName, EvaluatedHost>>;
  /** Adds to what is remembered. */
  save(hosts: ReadonlyMap<HostName, EvaluatedHost>): Promise<void>;
}

const KEPT_EVALUATIONS = 32;

const storePath = z.string().transform((text, context) => parseStorePath(text) ?? invalid(context));

const cachedHosts = z.record(
  z.string(),
  z.object({
    host: z.string().transform((text, context) => parseHostName(text) ?? invalid(context)),
    drvPath: z.string(),
    outPath: storePath,
    description: z.exactOptional(z.object({ drvPath: z.string(), outPath: storePath })),
    system: z.string(),
    warnings: z.array(z.string()),
  }),
);

const isThere = ({ drvPath, outPath }: { readonly drvPath: string; readonly outPath: string }): boolean =>
  existsSync(outPath) || existsSync(drvPath);

function invalid(context: z.RefinementCtx): never {
  context.addIssue({ code: "custom", message: "not well-formed" });
  return z.NEVER;
}

/** One file for each source and inventory. */
export function evaluationCache(cacheDir: string, { source, inventoryJson }: EvaluateRequest): EvaluationCache {
  const key = createHash("sha256").update(source.digest).update("\0").update(inventoryJson).digest("hex");
  const folder = join(cacheDir, "evaluations");
  const file = join(folder, `${key}.json`);
  const load = async () => {
    const entries = Object.values((await readJsonFile(file, cachedHosts)) ?? {});
    const good = entries.filter(
      ({ drvPath, outPath, description }) =>
        isThere({ drvPath, outPath }) && (description === undefined || isThere(description)),
    );
    return new Map(good.map((entry) => [entry.host, entry]));
  };
  return {
    load,
    save: async (hosts) => {
      await writeJsonFile(file, Object.fromEntries([...(await load()), ...hosts]));
      await keepNewest(folder, KEPT_EVALUATIONS);
    },
  };
}
