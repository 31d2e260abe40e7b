/** What nix-eval-jobs is asked, and what it answers: one JSON object a line, for each host as it is done. */
import { z } from "zod";
import { CONTEXT, nixString } from "./expression.ts";
import type { NixVersion } from "./version.ts";

/**
 * For `--select`, on the wrapper's `hosts`: a job for each host, with a derivation's face and the host's answer inside.
 * An error in it is that job's own.
 */
export const jobsSelection = (hosts: readonly string[]): string =>
  `hosts: builtins.mapAttrs (name: answer: builtins.addErrorContext "${CONTEXT}\${name}" (builtins.deepSeq answer ` +
  `{ type = "derivation"; outputName = "out"; inherit name; inherit (answer) drvPath system; outPath = answer.out; ` +
  `${ANSWER} = answer; })) { inherit (hosts) ${hosts.map(nixString).join(" ")}; }`;

const ANSWER = "nixfleetAnswer";

/** For `--apply`, on each job: what comes back as `extraValue`. */
export const jobsProjection = `job: job.${ANSWER}`;

const lineSchema = z.object({
  attrPath: z.tuple([z.string()]),
  error: z.string().optional(),
  extraValue: z.unknown(),
});

export interface JobLine {
  readonly host: string;
  /** As a projection of expression.ts would have it; undefined when the host's evaluation failed. */
  readonly answer: unknown;
}

/** Undefined for a line that is not understood. */
export function parseJobLine(line: string): JobLine | undefined {
  try {
    const { attrPath, error, extraValue } = lineSchema.parse(JSON.parse(line));
    return { host: attrPath[0], answer: error === undefined ? extraValue : undefined };
  } catch {
    return undefined;
  }
}

/**
 * Whether the program is of the same release as Nix: it is linked against one, and derivations of another may differ.
 * It does not tell its version; the name of its store path does.
 *
 * @param path where the program really lies
 */
export function fitsNix(path: string, nix: NixVersion): boolean {
  const [, major, minor] = /^\/nix\/store\/[0-9a-z]{32}-nix-eval-jobs-(\d+)\.(\d+)[^/]*\//.exec(path) ?? [];
  return Number(major) === nix.major && Number(minor) === nix.minor;
}
