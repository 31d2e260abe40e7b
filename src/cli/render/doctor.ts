/** A diagnosis: a line for each check, hosts that are alike under one, and what to do next where it is not fine. */
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Finding } from "../../domain/doctor/finding.ts";
import { foldHosts } from "../../domain/fold-hosts.ts";
import { eventErrorOf } from "../../domain/outcome/event-error.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { Diagnosis } from "../../workflows/doctor.ts";
import type { AnswerView } from "../fleet-query.ts";
import { count, wrap } from "./layout.ts";
import { printable, printableLines } from "./printable.ts";
import type { Style } from "./style.ts";

/** Ends with a newline. */
export function renderDiagnosis(diagnosis: Diagnosis, view: AnswerView): string {
  const { machine, hosts } = diagnosis;
  const sections = [
    section(
      "this machine",
      shown(machine, view).flatMap((finding) => renderFinding(finding, [], view)),
      view,
    ),
    renderHosts(hosts, view),
    [closing(diagnosis, view.style)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const section = (title: string, lines: readonly string[], { style }: AnswerView): readonly string[] =>
  lines.length === 0 ? [] : [style.strong(title), ...lines];

const shown = (findings: readonly Finding[], { verbosity }: AnswerView): readonly Finding[] =>
  findings.filter(({ state }) => verbosity >= 0 || state !== "ok");

function renderHosts(hosts: Diagnosis["hosts"], view: AnswerView): readonly string[] {
  const all = hosts.flatMap(({ name, findings }) => shown(findings, view).map((finding) => ({ name, finding })));
  const checks = [...new Set(all.map(({ finding }) => finding.check))];
  const lines = checks.flatMap((check) =>
    groupBy(
      all.filter(({ finding }) => finding.check === check),
      ({ name, finding }) => canonicalJson(likeness(name, finding, view)),
    ).flatMap((group) => {
      const [first] = group;
      const names = hosts.length === 1 ? [] : group.map(({ name }) => name);
      return first === undefined ? [] : renderFinding(first.finding, names, view);
    }),
  );
  return section(hosts.length === 1 ? (hosts[0]?.name ?? "") : count(hosts.length, "host"), lines, view);
}

/** What makes two hosts' findings one line: their own details count only for those who ask for more. */
function likeness(name: string, finding: Finding, { verbosity }: AnswerView): object {
  if (finding.state === "ok") return { what: finding.what, detail: verbosity > 0 ? (finding.detail ?? "") : "" };
  const { host: _host, ...failure } = finding.failure;
  return { state: finding.state, failure: canonicalJson(eventErrorOf(failure)).replaceAll(name, "HOST") };
}

const CHECK_COLUMN = 12;

function renderFinding(finding: Finding, hosts: readonly string[], view: AnswerView): string[] {
  const { style, width } = view;
  const check = finding.check.padEnd(CHECK_COLUMN);
  const plain = `  ${finding.state.padEnd(4)}  ${check}`;
  const where = hosts.length === 0 ? "" : `${printable(foldHosts(hosts))}: `;
  const told = finding.state === "ok" ? okWords(finding, hosts, view) : finding.failure.what;
  const [first = "", ...others] = wrap(where + printable(told), { first: `${plain} `, width });
  const head = `  ${paintState(finding.state, style)}${first.slice(2 + finding.state.length)}`;
  return [head, ...others, ...(finding.state === "ok" ? [] : advice(finding.failure, plain.length + 1, view))];
}

/** What only one host has is worth a look when it is the only one. */
function okWords(
  { what, detail }: Extract<Finding, { state: "ok" }>,
  hosts: readonly string[],
  { verbosity }: AnswerView,
): string {
  return detail === undefined || (hosts.length > 1 && verbosity < 1) ? what : `${what} (${detail})`;
}

function advice(failure: Failure, column: number, view: AnswerView): string[] {
  const indent = " ".repeat(column);
  const lines: (readonly [string, string | undefined])[] = [
    ["expected", failure.expected],
    ["found", failure.found],
    ["next", failure.next],
  ];
  return [
    ...(failure.at === undefined
      ? []
      : [`${indent}at        ${printable(failure.at.file)}:${failure.at.line}:${failure.at.column}`]),
    ...lines.flatMap(([label, text]) =>
      text === undefined ? [] : wrap(printable(text), { first: `${indent}${label.padEnd(8)}  `, width: view.width }),
    ),
    ...(failure.detail === undefined ? [] : printableLines(failure.detail).map((line) => `${indent}| ${line}`)),
  ];
}

function paintState(state: Finding["state"], style: Style): string {
  if (state === "ok") return style.good(state);
  return state === "warn" ? style.warning(state) : style.bad(state);
}

function closing({ machine, hosts }: Diagnosis, style: Style): string {
  const all = [...machine, ...hosts.flatMap(({ findings }) => findings)];
  const number = (state: Finding["state"]): number => all.filter((finding) => finding.state === state).length;
  const words = [
    ...(number("fail") > 0 ? [style.bad(`${number("fail")} failed`)] : []),
    ...(number("warn") > 0 ? [style.warning(count(number("warn"), "warning"))] : []),
    style.good(`${number("ok")} ok`),
  ];
  return words.join(", ");
}

export function diagnosisRecord({ machine, hosts }: Diagnosis) {
  const record = (finding: Finding) =>
    finding.state === "ok"
      ? finding
      : { check: finding.check, state: finding.state, error: eventErrorOf(finding.failure) };
  return {
    schema: "nixfleet.doctor/1",
    machine: machine.map(record),
    hosts: hosts.map(({ name, findings }) => ({ name, findings: findings.map(record) })),
  };
}
