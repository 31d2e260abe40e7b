/** Asks the fleet which secrets its hosts declare; that needs none of their values. */
import { z } from "zod";
import { parseHostName } from "../../domain/ids.ts";
import { nixString } from "../../domain/nix/expression.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { declaredSecretSchema } from "../../domain/secrets/declared.ts";
import type { SecretDeclarations } from "../../ports/project-secrets.ts";
import { nixInstallation } from "./installation.ts";
import type { NixSettings } from "./settings.ts";
import { writeWrapper } from "./wrapper.ts";

const TIMEOUT_MS = 30 * 60_000;
const answerSchema = z.record(z.string(), z.array(declaredSecretSchema));

/** Fails with `nix/*`, as an evaluation does. */
export const secretDeclarations =
  (settings: NixSettings): SecretDeclarations =>
  async ({ source, inventoryJson, hosts, signal }) => {
    const nix = await nixInstallation(settings, signal);
    if (!nix.ok) return nix;
    const wrapper = await writeWrapper(settings.cacheDir, source, inventoryJson);
    const wanted = `secrets: { inherit (secrets) ${hosts.map(nixString).join(" ")}; }`;
    const called = await nix.value.run({
      args: [
        ...["eval", "--json", "--no-write-lock-file", "--no-eval-cache", ...source.overrides],
        ...[`${wrapper}#secrets`, "--apply", wanted],
      ],
      signal,
      timeoutMs: TIMEOUT_MS,
    });
    if (!called.ok) return err(called.error.failure);
    const answer = answerSchema.safeParse(JSON.parse(called.value.stdout));
    if (!answer.success) {
      return err(
        failure("nix/bad-answer", "the flake's answer does not have the expected form", {
          detail: z.prettifyError(answer.error),
          next: "Update the flake's NixFleet input: nix flake update nixfleet.",
        }),
      );
    }
    return ok(
      new Map(
        Object.entries(answer.data).flatMap(([name, secrets]) => {
          const host = parseHostName(name);
          return host === undefined ? [] : [[host, secrets] as const];
        }),
      ),
    );
  };
