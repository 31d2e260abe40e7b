/**
 * Scenarios: an inventory, and what happens to a rollout over it, as a script; the outcome lies beside it as `.out`.
 *
 *     # What it shows.
 *     inventory (YAML; host names may be folded: "web-[1-40]"; addresses are made up)
 *     ---
 *     begin 2026-06-07T12:00Z     when it begins; the time zone of all that follows is UTC
 *     wait 8h                     for windows and approvals, or: wait forever; without it there is no waiting
 *     approve after 3m            whatever is asked
 *     parallel 50                 over all lanes
 *     web-3: fails after 20s      also: unreachable, locked, held, stale, rolled-back, takes TIME, sick after TIME, stuck
 *     web-3: takes 1m again       at its second attempt and later
 *     at 5m: interrupt            also: detach, crash, resume, resume continue, resume retry-failed, approve LANE STAGE
 */

import { parseDocument } from "yaml";
import { unfoldHosts } from "../../src/domain/fold-hosts.ts";
import { parseDuration } from "../../src/domain/inventory/duration.ts";
import type { Inventory } from "../../src/domain/inventory/resolved.ts";
import type { RolloutEvent } from "../../src/domain/rollout/event.ts";
import { resumed } from "../support/arbitrary-rollout.ts";
import { inventoryOf } from "../support/inventory.ts";
import { type HostBehaviour, type Intervention, wellBehaved } from "../support/simulated-fleet.ts";

export interface Scenario {
  readonly about: string;
  readonly inventory: Inventory;
  readonly beginMs: number;
  readonly patienceMs: number | null;
  readonly approveAfterMs: number | undefined;
  readonly maxParallel: number | undefined;
  readonly behaviourOf: (host: string, attempt: number) => HostBehaviour;
  readonly interventions: readonly { readonly atMs: number; readonly does: Intervention }[];
}

export function parseScenario(text: string): Scenario {
  const about = /^(# .*\n)+/.exec(text)?.[0].replaceAll(/^# /gm, "").trim() ?? "";
  const [head = "", script = ""] = text.split("\n---\n");
  const scenario: Draft = {
    beginMs: Date.parse("2026-06-07T12:00Z"),
    patienceMs: 0,
    approveAfterMs: undefined,
    maxParallel: undefined,
    behaviours: new Map(),
    interventions: [],
  };
  for (const line of script.split("\n").map((it) => it.replace(/#.*/, "").trim()))
    if (line !== "") readLine(line, scenario);
  const { behaviours, interventions, ...rest } = scenario;
  return {
    ...rest,
    about,
    inventory: inventoryOf(withHosts(head)),
    behaviourOf: (host, attempt) => ({ ...wellBehaved, ...behaviours.get(host)?.[attempt === 1 ? "first" : "again"] }),
    interventions: interventions.map(({ afterMs, does }) => ({ atMs: scenario.beginMs + afterMs, does })),
  };
}

interface Draft {
  beginMs: number;
  patienceMs: number | null;
  approveAfterMs: number | undefined;
  maxParallel: number | undefined;
  readonly behaviours: Map<string, { first?: Partial<HostBehaviour>; again?: Partial<HostBehaviour> }>;
  readonly interventions: { readonly afterMs: number; readonly does: Intervention }[];
}

function withHosts(head: string): string {
  const document = parseDocument(head).toJS() as { hosts: Record<string, object> };
  const hosts = Object.entries(document.hosts).flatMap(([names, settings]) =>
    unfoldHosts(names).map((name, index) => [
      name,
      { base: "ubuntu", addr: `${name}.example`, ...settings, vars: { index } },
    ]),
  );
  return JSON.stringify({ ...document, hosts: Object.fromEntries(hosts) });
}

function readLine(line: string, scenario: Draft): void {
  const [, word = "", rest = ""] = /^(\S+?):? (.*)$/.exec(line) ?? [];
  if (word === "begin") scenario.beginMs = Date.parse(rest);
  else if (word === "wait") scenario.patienceMs = rest === "forever" ? null : time(rest);
  else if (word === "approve") scenario.approveAfterMs = time(rest.replace("after ", ""));
  else if (word === "parallel") scenario.maxParallel = Number(rest);
  else if (word === "at") readIntervention(rest, scenario);
  else readBehaviour(word, rest, scenario);
}

function readIntervention(text: string, { interventions, patienceMs }: Draft): void {
  const [, after = "", what = ""] = /^(\S+): (.*)$/.exec(text) ?? [];
  const [verb = "", ...words] = what.split(" ");
  const event = (it: RolloutEvent) => interventions.push({ afterMs: time(after), does: { kind: "event", event: it } });
  if (verb === "crash") interventions.push({ afterMs: time(after), does: { kind: "crash" } });
  else if (verb === "interrupt") event({ type: "interrupted", how: "drain" });
  else if (verb === "detach") event({ type: "interrupted", how: "detach" });
  else if (verb === "resume") event(resumed((words[0] ?? "no") as "no", patienceMs));
  else if (verb === "approve")
    event({ type: "approved", lane: words[0] ?? "", stage: Number(words[1]) - 1, by: "ops" });
  else throw new Error(`no scenario knows "${text}"`);
}

function readBehaviour(hosts: string, text: string, { behaviours }: Draft): void {
  const [, what = "", duration, again] = /^(.*?)(?: (?:after )?(\d\w*))?( again)?$/.exec(text) ?? [];
  const ms = duration === undefined ? {} : { ms: time(duration) };
  const behaviour = behaviourOf(what, ms, duration);
  for (const host of unfoldHosts(hosts)) {
    behaviours.set(host, { ...behaviours.get(host), [again === undefined ? "first" : "again"]: behaviour });
  }
}

function behaviourOf(what: string, ms: { readonly ms?: number }, duration: string | undefined): Partial<HostBehaviour> {
  const untouched = { healthy: false, changed: false, ...ms };
  switch (what) {
    case "fails":
      return { ...ms, status: "failed", healthy: false };
    case "takes":
      return ms;
    case "stuck":
      return { ms: 365 * 86_400_000 };
    case "sick":
      return { sickAfterMs: time(duration ?? "0s") };
    case "rolled-back":
      return { ...ms, status: "rolled_back", healthy: false, changed: false };
    case "unreachable":
    case "locked":
    case "held":
    case "stale":
      return { ...untouched, status: what };
    default:
      throw new Error(`no host of a scenario is "${what}"`);
  }
}

function time(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`"${text}" is no duration`);
  return ms;
}
