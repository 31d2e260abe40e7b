/** After a build that did not succeed as a whole: which hosts have their closure all the same, and why the others not. */
import { existsSync } from "node:fs";
import pLimit from "p-limit";
import type { HostName, StorePath } from "../../domain/ids.ts";
import { derivationName, type FailedDerivation, failedDerivations } from "../../domain/nix/build-failures.ts";
import { failedInputsOf } from "../../domain/nix/failed-inputs.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { EvaluatedHost } from "../../ports/nix-builder.ts";
import { derivationInputs } from "./derivation-inputs.ts";
import type { NixInstallation } from "./installation.ts";

const PARALLEL_QUESTIONS = 4;
const QUESTION_TIMEOUT_MS = 60_000;

/**
 * The failure of each host that has no valid closure.
 * @param store URL of the store that it was built in; this machine's when left out
 */
export async function buildTrouble(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  trouble: NixTrouble,
  signal: AbortSignal,
  store?: string,
): Promise<ReadonlyMap<HostName, Failure>> {
  const failed = new Map(failedDerivations(trouble.log).map((derivation) => [derivation.drvPath, derivation]));
  const inputsOf = derivationInputs();
  const limit = pLimit(PARALLEL_QUESTIONS);
  const judged = hosts.map(async (host) => {
    if (await limit(() => isValid(nix, host.outPath, signal, store))) return [];
    const causes = failedInputsOf(host.drvPath, new Set(failed.keys()), inputsOf).flatMap(
      (path) => failed.get(path) ?? [],
    );
    return [[host.host, failureOf(host, causes, trouble, store === undefined)] as const];
  });
  return new Map((await Promise.all(judged)).flat());
}

/** Without a sandbox, a builder that is cut leaves an output that looks complete: only Nix knows. */
async function isValid(
  nix: NixInstallation,
  path: StorePath,
  signal: AbortSignal,
  store: string | undefined,
): Promise<boolean> {
  if (store === undefined && !existsSync(path)) return false;
  const place = store === undefined ? [] : ["--store", store];
  // Not as JSON: of that there are four shapes, and some versions succeed for a path that is not valid.
  return (await nix.run({ args: ["path-info", ...place, path], signal, timeoutMs: QUESTION_TIMEOUT_MS })).ok;
}

function failureOf(
  host: EvaluatedHost,
  causes: readonly FailedDerivation[],
  trouble: NixTrouble,
  isHere: boolean,
): Failure {
  const [first] = causes;
  if (first === undefined) return { ...wholeFailure(trouble, isHere), host: host.host };
  if (WRONG_SYSTEM.test(first.reason)) return wrongSystem(host, first);
  const log = first.log.join("\n");
  if (DISK_FULL.test(log)) return { ...diskFull(derivationName(first.drvPath), log, isHere), host: host.host };
  const others = causes.length > 1 ? `, and ${causes.length - 1} more derivations` : "";
  return failure("nix/build-failed", `${derivationName(first.drvPath)} does not build: ${first.reason}${others}`, {
    host: host.host,
    ...(log === "" ? {} : { detail: log }),
    next: `See the whole log: nix log ${first.drvPath}`,
  });
}

function wholeFailure({ failure: cause }: NixTrouble, isHere: boolean): Failure {
  if (cause.code === "nix/store-full") return diskFull("the closure", cause.detail, isHere);
  if (cause.code !== "nix/command-failed") return cause;
  return failure("nix/build-failed", cause.what, cause.detail === undefined ? {} : { detail: cause.detail });
}

// "a 'aarch64-linux' with features {} is required to build …"; "Required system: …" since 2.30.
const WRONG_SYSTEM = /is required to build|[Rr]equired system/;

const wrongSystem = ({ host }: EvaluatedHost, { drvPath, reason }: FailedDerivation): Failure =>
  failure("nix/wrong-system", `${derivationName(drvPath)} needs another kind of machine to be built`, {
    host,
    found: reason,
    next: "name a place that can with build in the inventory, or with --build-on",
  });

// What programs say of it, whichever of them met it.
const DISK_FULL = /No space left on device/i;

/** @param what of it does not build */
const diskFull = (what: string, detail: string | undefined, isHere: boolean): Failure =>
  failure(
    "nix/store-full",
    `${what} does not build: the disk of ${isHere ? "this machine" : "the machine that builds"} is full`,
    {
      ...(detail === undefined ? {} : { detail }),
      next: isHere
        ? "Delete what nothing needs with nix-collect-garbage, or enlarge the disk."
        : "Forget old generations there with `nixfleet gc --collect`, or enlarge the disk.",
    },
  );
