/** A fleet that lies elsewhere: Nix locks the reference, each time anew. */
import { z } from "zod";
import type { LockedInput } from "../../domain/nix/expression.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetSource } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import { flakeFailure, notUnderstood } from "./locked-tree.ts";
import { lockedOverrides } from "./overrides.ts";
import type { NixSettings } from "./settings.ts";
import { lockedSource } from "./source-digest.ts";

const TIMEOUT_MS = 600_000;

const metadataSchema = z.object({ locked: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) });

/** Fails with `nix/lock-outdated` (also when it has no flake.lock), `nix/flake-failed` or `nix/fetch-failed`. */
export async function remoteSource(
  reference: string,
  nix: NixInstallation,
  settings: NixSettings,
  signal: AbortSignal,
): Promise<Result<FleetSource>> {
  const overrides = await lockedOverrides(nix, settings, signal);
  if (!overrides.ok) return overrides;
  const args = ["flake", "metadata", "--json", "--no-update-lock-file", "--refresh", reference];
  const answer = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (!answer.ok) return err(flakeFailure(answer.error, reference));
  const parsed = metadataSchema.safeParse(JSON.parse(answer.value.stdout));
  if (!parsed.success) return err(notUnderstood("nix flake metadata", parsed.error));
  const input = inputOf(parsed.data.locked);
  const { rev } = input;
  return ok({
    ...lockedSource(input, overrides.value, nix),
    ...(typeof rev === "string" ? { revision: rev } : {}),
    dirty: false,
    warnings: [],
  });
}

function inputOf(locked: LockedInput): LockedInput {
  // A note of Nix to itself, which it does not take as input.
  const { __final: _note, ...input } = locked;
  if (typeof input.url !== "string" || input.dir === undefined) return input;
  // Nix 2.8 says the folder twice, and then looks for it in itself.
  return { ...input, url: input.url.replace(/[?&]dir=[^&]*$/, "") };
}
