/** What hosts told of themselves, a block each. */
import type { HostFacts, Observed } from "../../domain/observation/facts.ts";
import type { Answered } from "../../workflows/ask-hosts.ts";
import type { AnswerView } from "../fleet-query.ts";
import { count, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

export function renderFacts(answers: readonly Answered<HostFacts>[], { style }: AnswerView): string {
  const blocks = answers.flatMap(({ host, answer }) =>
    answer.ok ? [[style.name(host.name), ...table(rows(answer.value, style), "  ")].join("\n")] : [],
  );
  return blocks.map((block) => `${block}\n`).join("\n");
}

function rows(facts: HostFacts, style: Style) {
  const { os, reboot, lock } = facts;
  const all: readonly (readonly [string, string])[] = [
    ["os", os.pretty || `${os.id} ${os.version}`],
    ["kernel", `${facts.kernel}, ${facts.system}`],
    ["boot id", facts.bootId],
    ["clock", new Date(facts.time * 1000).toISOString()],
    ["nix", observed(facts.nixVersion, (version) => `${version}, daemon ${facts.nixDaemon}`)],
    ["live", facts.live ?? "nothing"],
    ["committed", facts.committed ?? "nothing"],
    ["booted", facts.booted ?? "nothing"],
    ["generation", `${facts.generation} of ${count(facts.generations.length, "generation")} kept`],
    ["applied", facts.state === null ? "never" : `${facts.state.appliedAt} by ${facts.state.appliedBy}`],
    ["managed", `${count(facts.files.length, "file")}, ${count(facts.units.length, "unit")}`],
    ["failed units", observed(facts.failedUnits, (units) => units.join(", ") || "none")],
    ["reboot", reboot.needed === "no" ? "not needed" : [reboot.needed, ...reboot.reasons].join(": ")],
    ...facts.disk.map(
      (disk) => ["free", `${gibibytes(disk.freeBytes)} of ${gibibytes(disk.totalBytes)} at ${disk.mount}`] as const,
    ),
    [
      "lock",
      lock === null ? "free" : `${lock.expired ? "expired, " : ""}run ${lock.run} of ${lock.owner}: ${lock.reason}`,
    ],
    ...(facts.activation === null ? [] : [["activating", `run ${facts.activation}`] as const]),
    ...(facts.interrupted === null ? [] : [["interrupted", `run ${facts.interrupted}`] as const]),
  ];
  return all.map(([label, value]) => [{ text: label, paint: style.dim }, { text: printable(value) }]);
}

const observed = <T>(fact: Observed<T>, words: (value: T) => string): string =>
  fact.kind === "known" ? words(fact.value) : fact.kind === "absent" ? "none" : `unknown: ${fact.reason}`;

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
