/** What a scenario came to, as text: the stages, what was told and done when, and where each host ended. */
import { foldHosts } from "../../src/domain/fold-hosts.ts";
import { durationText } from "../../src/domain/inventory/duration.ts";
import { assembleRollout } from "../../src/domain/rollout/assemble-rollout.ts";
import type { RolloutCommand } from "../../src/domain/rollout/command.ts";
import { rolloutFailure } from "../../src/domain/rollout/halt-failure.ts";
import type { Rollout } from "../../src/domain/rollout/plan-rollout.ts";
import { situationOf } from "../../src/domain/rollout/situation.ts";
import { startsAt } from "../../src/domain/rollout/window-check.ts";
import { hostsFor } from "../support/rollout-hosts.ts";
import { simulate } from "../support/simulated-fleet.ts";
import type { Scenario } from "./scenario.ts";

export function reportOf(scenario: Scenario): string {
  const { hosts, failures } = hostsFor(scenario.inventory);
  if (failures.length > 0) throw new Error(failures.map(({ what }) => what).join("\n"));
  const rollout = assembleRollout(hosts, scenario.maxParallel);
  const trace = new Trace(scenario.beginMs);
  const { state, endMs } = simulate({
    rollout,
    behaviourOf: scenario.behaviourOf,
    beginMs: scenario.beginMs,
    windowPatienceMs: scenario.patienceMs,
    approvalPatienceMs: scenario.patienceMs,
    ...(scenario.approveAfterMs === undefined ? {} : { approveAfterMs: scenario.approveAfterMs }),
    interventions: scenario.interventions,
    watch: ({ commands }, event, atMs) => {
      if (event.type === "host-finished" && !event.healthy) trace.note(atMs, `${event.host}: ${event.status}`);
      if (event.type === "resumed" || event.type === "interrupted" || event.type === "approved")
        trace.note(atMs, `(${event.type})`);
      for (const command of commands) trace.add(atMs, command);
    },
  });
  const situations = Map.groupBy(rollout.order, (host) => situationOf(state, host, endMs));
  const failure = rolloutFailure(state);
  return [
    scenario.about,
    "",
    ...planLines(rollout, scenario.beginMs),
    "",
    ...trace.lines(),
    "",
    ...[...situations].map(([words, names]) => `${foldHosts(names)}: ${words}`),
    ...(failure === undefined ? [] : ["", `${failure.code}: ${failure.what}`]),
    "",
  ].join("\n");
}

function planLines(rollout: Rollout, beginMs: number): string[] {
  const held = Map.groupBy(startsAt(rollout, beginMs), ([, opensMs]) => opensMs);
  return [
    ...rollout.lanes.flatMap(({ name, pace, stages }) => [
      `${name}: at most ${pace.maxParallel} at once, failures allowed ${pace.maxFailures ?? "all"}, unreachable ${pace.maxUnreachable ?? "all"}`,
      ...stages.map(
        (stage) => `  ${stage.name.padEnd(8)} ${String(stage.hosts.length).padStart(5)}  ${shortFold(stage.hosts)}`,
      ),
    ]),
    ...[...held].map(
      ([opensMs, hosts]) =>
        `${shortFold(hosts.map(([host]) => host))} held until ${opensMs === null ? "never" : new Date(opensMs).toISOString()}`,
    ),
  ];
}

/** What happens at one moment for one reason is one line. */
class Trace {
  readonly #beginMs: number;
  readonly #entries: {
    readonly atMs: number;
    readonly what: string;
    readonly because: string;
    readonly hosts: string[];
  }[] = [];

  constructor(beginMs: number) {
    this.#beginMs = beginMs;
  }

  note(atMs: number, what: string): void {
    this.#entries.push({ atMs, what, because: "", hosts: [] });
  }

  add(atMs: number, command: RolloutCommand): void {
    if (command.type === "wake" || command.type === "check-health") return;
    const what =
      command.type === "finish"
        ? `finish ${command.outcome.kind}`
        : command.type === "tell"
          ? command.level
          : command.type;
    const hosts = "host" in command ? [command.host] : [];
    const { because } = command;
    const same = this.#entries.findLast(
      (entry) => entry.what === what && entry.because === because && entry.atMs === atMs,
    );
    if (same !== undefined && hosts.length > 0) same.hosts.push(...hosts);
    else this.#entries.push({ atMs, what, because, hosts });
  }

  lines(): string[] {
    return this.#entries.map(({ atMs, what, because, hosts }) => {
      const names = hosts.length === 0 ? "" : ` ${shortFold(hosts)}`;
      return `${durationText(atMs - this.#beginMs).padEnd(10)} ${what}${names}${because === "" ? "" : `: ${because}`}`;
    });
  }
}

const LONG = 60;

function shortFold(hosts: readonly string[]): string {
  const folded = foldHosts(hosts);
  return folded.length <= LONG ? folded : `${hosts.length} hosts (${folded.slice(0, LONG - 20)}…)`;
}
