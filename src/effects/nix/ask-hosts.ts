/** One call of `nix eval`: either answers, or an error and the host it belongs to. */
import { readFileSync } from "node:fs";
import { type HostName, parseHostName } from "../../domain/ids.ts";
import type { Base } from "../../domain/inventory/resolved.ts";
import { type Answer, parseAnswer } from "../../domain/nix/answer.ts";
import { describeEvaluationError, type EvaluationError } from "../../domain/nix/evaluation-error.ts";
import { evaluationFailure } from "../../domain/nix/evaluation-failure.ts";
import {
  attributeProjection,
  hostInContexts,
  strictProjection,
  tolerantProjection,
} from "../../domain/nix/expression.ts";
import type { NixLog } from "../../domain/nix/log.ts";
import { withoutColour } from "../../domain/nix/messages.ts";
import { placeOfDefinition } from "../../domain/nix/named-definition.ts";
import { isOwnFile, type SourceTree, withOwnFiles, withoutTreeUrls } from "../../domain/nix/own-files.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { RunNix } from "./command.ts";

export interface Question {
  /** "tolerant" only names the hosts that threw; "strict" ends at the first error, with its message. */
  readonly mode: "tolerant" | "strict";
  readonly hosts: readonly HostName[];
}

export interface EvaluationSite {
  readonly run: RunNix;
  /** nix-eval-jobs, where there is one that fits. */
  readonly runJobs?: RunNix | undefined;
  /** The wrapper with the inventory, as a flake reference. */
  readonly wrapper: string;
  /** Arguments that every evaluation of this fleet has. */
  readonly overrides: readonly string[];
  readonly baseOf: (host: HostName) => Base;
  /** Where the fleet lies in the store, and where it came from, to name the user's own file in errors. */
  readonly sourceTree: () => Promise<SourceTree | undefined>;
  readonly signal: AbortSignal;
}

export interface EvaluationTrouble {
  /** Absent when the error is not one of a single host. */
  readonly host?: HostName;
  readonly failure: Failure;
}

export interface FlakeAttribute {
  readonly attribute: string;
  /** Of the NixOS configuration that the attribute is. */
  readonly specialisation?: string | undefined;
}

const IGNORED_OVERRIDE = /override for a non-existent input|--override-input .* does not match any input/s;
const TIMEOUT_MS = 30 * 60_000;

/** Evaluates hosts of the inventory. */
export function askHosts(site: EvaluationSite, { mode, hosts }: Question): Promise<Result<Answer, EvaluationTrouble>> {
  const projection = mode === "tolerant" ? tolerantProjection(hosts) : strictProjection(hosts);
  return ask(site, `${site.wrapper}#hosts`, projection);
}

/**
 * Evaluates one host that names an attribute of the fleet's own flake.
 * @param wrapper the plain wrapper
 */
export function askAttribute(
  site: EvaluationSite,
  wrapper: string,
  host: HostName,
  { attribute, specialisation }: FlakeAttribute,
): Promise<Result<Answer, EvaluationTrouble>> {
  // An attribute that does not exist is this host's own trouble.
  return ask(site, `${wrapper}#fleet.${attribute}`, attributeProjection(host, specialisation), host);
}

async function ask(
  site: EvaluationSite,
  installable: string,
  projection: string,
  onlyHost?: HostName,
): Promise<Result<Answer, EvaluationTrouble>> {
  const args = ["eval", "--json", "--show-trace", "--no-write-lock-file", "--no-eval-cache", ...site.overrides];
  const called = await site.run({
    args: [...args, installable, "--apply", projection],
    signal: site.signal,
    timeoutMs: TIMEOUT_MS,
  });
  const ignored = ignoredOverride(called.ok ? called.value.log : called.error.log);
  if (ignored !== undefined) return err({ failure: ignored });
  if (!called.ok) return err(await evaluationTrouble(site, called.error, onlyHost));
  const answer = parseAnswer(called.value.stdout);
  return typeof answer === "string" ? err({ failure: badAnswer(answer) }) : ok(answer);
}

/** Nix only warns of it, and the rest then fails for another reason or, worse, does not. */
export function ignoredOverride({ warnings }: NixLog): Failure | undefined {
  const ignored = warnings.map(withoutColour).find((text) => IGNORED_OVERRIDE.test(text));
  return ignored === undefined ? undefined : unknownInput(ignored);
}

async function evaluationTrouble(
  site: EvaluationSite,
  trouble: NixTrouble,
  onlyHost: HostName | undefined,
): Promise<EvaluationTrouble> {
  if (trouble.failure.code !== "nix/command-failed") return { failure: trouble.failure };
  const tree = await site.sourceTree();
  const errors = trouble.log.errors.map((message) => (tree === undefined ? message : withoutTreeUrls(message, tree)));
  const error = describeEvaluationError(errors, (file) => tree !== undefined && isOwnFile(file, tree));
  if (error === undefined) return { failure: trouble.failure };
  const name = hostInContexts(error.contexts);
  const host = onlyHost ?? (name === undefined ? undefined : parseHostName(name));
  return {
    ...(host === undefined ? {} : { host }),
    failure: evaluationFailure(withPlace(error), host, (text) => withOwnFiles(text, tree)),
  };
}

/** A definition that is named without its line gets the line, from the copy in the store that Nix read. */
function withPlace(error: EvaluationError): EvaluationError {
  if (error.place !== undefined || error.definition === undefined) return error;
  try {
    return { ...error, place: placeOfDefinition(error.definition, readFileSync(error.definition.file, "utf8")) };
  } catch {
    return error;
  }
}

const badAnswer = (problem: string): Failure =>
  failure("nix/bad-answer", "the flake's answer does not have the expected form", {
    detail: problem,
    next: "Update the flake's NixFleet input: nix flake update nixfleet.",
  });

const unknownInput = (warning: string): Failure =>
  failure("nix/bad-override", "an overridden input does not exist", {
    detail: warning,
    next: "Name an input that flake.nix has; `nix flake metadata` lists them.",
  });
