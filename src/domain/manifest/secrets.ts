/** Secrets as a manifest lists them: where the value comes from, who may read it, what depends on it. Never the value. */
import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The hash is that of the encrypted file, null when the flake does not have the file. */
const secretSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("age"), file: z.string().min(1), sha256: sha256.nullable() }),
  z.object({ kind: z.literal("sops"), file: z.string().min(1), key: z.string().min(1), sha256: sha256.nullable() }),
  z.object({ kind: z.literal("command"), command: z.array(z.string()).min(1).readonly() }),
]);

const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/);

export const managedSecretSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  source: secretSourceSchema,
  /** Where programs find it; another place than the folder in memory is a link to it. */
  path: z.string().startsWith("/"),
  mode: z.string().regex(/^0[0-7]{3}$/),
  owner: accountName,
  group: accountName,
  restartUnits: z.array(z.string()).readonly(),
  reloadUnits: z.array(z.string()).readonly(),
  /** Before what it must be in place. */
  phase: z.enum(["users", "services"]),
  /** What a reboot does: kept on disk for root alone, or gone until it is delivered again. */
  persist: z.enum(["root-only", "none"]),
});

export type SecretSource = z.infer<typeof secretSourceSchema>;
export type ManagedSecret = z.infer<typeof managedSecretSchema>;

/** Says that two sources give the same value without looking at it: both are the same encrypted bytes. */
export function isSameSource(left: SecretSource, right: SecretSource): boolean {
  if (left.kind === "command" || right.kind === "command") return false;
  const key = (source: Exclude<SecretSource, { kind: "command" }>): string =>
    source.kind === "sops" ? source.key : "";
  return left.sha256 !== null && left.sha256 === right.sha256 && key(left) === key(right);
}
