/** What a fleet's flake.lock says about its inputs, and how it differs from a newer one. */
import { z } from "zod";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { LockedInput } from "./expression.ts";

/** A newer flake.lock, as a plan holds it: kept when the plan's rollout went well. */
export const lockChangeSchema = z.object({
  /** sha256 of the flake.lock that it takes the place of. */
  replaces: z.string(),
  text: z.string(),
  /** Only inputs that moved. */
  inputs: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })).readonly(),
});
export type LockChange = z.infer<typeof lockChangeSchema>;

const locked = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const lockFile = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      locked: locked.optional(),
    }),
  ),
  root: z.string(),
});

/** The locked form of each input that is named. Fails with `nix/unknown-input`, also for one that follows another. */
export function lockedInputs(text: string, names: readonly string[]): Result<ReadonlyMap<string, LockedInput>> {
  const parsed = lockFile.safeParse(jsonOrNull(text));
  if (!parsed.success) return err(failure("nix/lock-outdated", "flake.lock is not understood"));
  const { nodes, root } = parsed.data;
  const inputs = nodes[root]?.inputs ?? {};
  const found = new Map<string, LockedInput>();
  for (const name of names) {
    const node = inputs[name];
    const input = typeof node === "string" ? nodes[node]?.locked : undefined;
    if (input === undefined) return err(unknownInput(name, Object.keys(inputs)));
    found.set(name, input);
  }
  return ok(found);
}

/** The short revision, or what stands for the content, with its day: `0a1b2c3 of 2025-11-02`. */
export function inputWords({ rev, narHash, lastModified }: LockedInput): string {
  const content =
    typeof rev === "string"
      ? rev.slice(0, 7)
      : String(narHash ?? "unknown")
          .replace("sha256-", "")
          .slice(0, 7);
  const day = typeof lastModified === "number" ? ` of ${new Date(lastModified * 1000).toISOString().slice(0, 10)}` : "";
  return `${content}${day}`;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const unknownInput = (name: string, known: readonly string[]) =>
  failure("nix/unknown-input", `the fleet's flake has no input ${name} of its own`, {
    found: known.length === 0 ? "no inputs" : `the inputs ${known.toSorted().join(", ")}`,
    next: "name one of them; an input that follows another is updated with that one",
  });
