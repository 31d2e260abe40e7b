/** The encrypted files of a project's repo. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import { decryptAge, encryptAge } from "./age.ts";
import { editInMemory } from "./editor.ts";
import { generateSecret } from "./generators.ts";
import { readIdentities } from "./identities.ts";
import { findLeaks } from "./leaks.ts";
import type { SecretSettings } from "./store.ts";

export function projectSecrets({ root, env, home }: SecretSettings): ProjectSecrets {
  return {
    async list() {
      const names = await readdir(join(root, "secrets"), { recursive: true }).catch(() => []);
      return names
        .filter((name) => name.endsWith(".age"))
        .map((name) => `secrets/${name}`)
        .sort();
    },
    read: (file) => readFile(join(root, file)).catch(() => undefined),
    write: (file, bytes) => writeWhole(join(root, file), bytes),
    async decrypt(file, bytes, signal) {
      const identities = await readIdentities(env, home);
      return identities.ok ? decryptAge(file, bytes, identities.value, signal) : identities;
    },
    encrypt: encryptAge,
    edit: (name, value, signal) => editInMemory({ name, value, env, signal }),
    leaks: (values, storePaths) => findLeaks(root, values, storePaths),
    generate: (generator, request) => generateSecret(generator, request, { root, env }),
  };
}

async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, bytes, { mode: 0o644, flush: true });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
