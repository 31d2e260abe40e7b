/** After a build that did not succeed as a whole: which hosts have their closure all the same, and why the others not. */
import { existsSync } from "node:fs";
import pLimit from "p-limit";
import type { HostName } from "../../domain/ids.ts";
import { derivationName, type FailedDerivation, failedDerivations } from "../../domain/nix/build-failures.ts";
import { failedInputsOf } from "../../domain/nix/failed-inputs.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { EvaluatedHost } from "../../ports/nix-builder.ts";
import { derivationInputs } from "./derivation-inputs.ts";
import type { NixInstallation } from "./installation.ts";

const PARALLEL_QUESTIONS = 4;
const QUESTION_TIMEOUT_MS = 60_000;

/** The failure of each host that has no valid closure. */
export async function buildTrouble(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  trouble: NixTrouble,
  signal: AbortSignal,
): Promise<ReadonlyMap<HostName, Failure>> {
  const failed = new Map(failedDerivations(trouble.log).map((derivation) => [derivation.drvPath, derivation]));
  const inputsOf = derivationInputs();
  const limit = pLimit(PARALLEL_QUESTIONS);
  const judged = hosts.map(async (host) => {
    if (await limit(() => isValid(nix, host.outPath, signal))) return [];
    const causes = failedInputsOf(host.drvPath, new Set(failed.keys()), inputsOf).flatMap(
      (path) => failed.get(path) ?? [],
    );
    return [[host.host, failureOf(host, causes, trouble)] as const];
  });
  return new Map((await Promise.all(judged)).flat());
}

/** Without a sandbox, a builder that is cut leaves an output that looks complete: only Nix knows. */
async function isValid(nix: NixInstallation, path: string, signal: AbortSignal): Promise<boolean> {
  if (!existsSync(path)) return false;
  // Not as JSON: of that there are four shapes, and some versions succeed for a path that is not valid.
  return (await nix.run({ args: ["path-info", path], signal, timeoutMs: QUESTION_TIMEOUT_MS })).ok;
}

function failureOf(host: EvaluatedHost, causes: readonly FailedDerivation[], trouble: NixTrouble): Failure {
  const [first] = causes;
  if (first === undefined) return { ...wholeFailure(trouble), host: host.host };
  const others = causes.length > 1 ? `, and ${causes.length - 1} more derivations` : "";
  return failure("nix/build-failed", `${derivationName(first.drvPath)} does not build: ${first.reason}${others}`, {
    host: host.host,
    ...(first.log.length === 0 ? {} : { detail: first.log.join("\n") }),
    next: `See the whole log: nix log ${first.drvPath}`,
  });
}

function wholeFailure({ failure: cause }: NixTrouble): Failure {
  if (cause.code !== "nix/command-failed") return cause;
  return failure("nix/build-failed", cause.what, cause.detail === undefined ? {} : { detail: cause.detail });
}
