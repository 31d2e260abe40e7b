/** What evaluation depends on, as one digest. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { LockedInput } from "../../domain/nix/expression.ts";
import { flakeUrl } from "../../domain/nix/flake-url.ts";
import type { FleetSource } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";

/** The parts of a source that follow from its locked input. */
export const lockedSource = (
  input: LockedInput,
  overrides: readonly string[],
  nix: NixInstallation,
): Pick<FleetSource, "reference" | "input" | "overrides" | "digest"> => ({
  reference: flakeUrl(input),
  input,
  overrides,
  digest: sha256(canonicalJson({ content: contentOf(input), overrides, nix: nix.version.text })),
});

/** Equal content gives equal digests, wherever the repository lies; a revision or a narHash stands for the content. */
function contentOf(input: LockedInput): LockedInput {
  const { url: _place, path: _store, lastModified: _time, ...content } = input;
  return content;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
