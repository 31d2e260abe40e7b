/** The state of the fleet: trouble first with its reasons, healthy hosts briefly. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { Status, StatusHost } from "../../domain/status/status.ts";
import { byVerdict, type Verdict, verdictOf, verdicts } from "../../domain/status/verdict.ts";
import { type Cell, count, table, wrap } from "./layout.ts";
import { printable } from "./printable.ts";
import { unattendedReasons } from "./status-unattended.ts";
import type { Style } from "./style.ts";

export interface StatusView {
  readonly style: Style;
  readonly width: number;
  readonly verbosity: number;
}

/** Healthy hosts up to this number get a row each; beyond, one line for all, unless -v. */
const ROWS_OF_HEALTHY = 30;

/** Ends with a newline. */
export function renderStatus(status: Status, view: StatusView): string {
  const hosts = byVerdict(status);
  const healthy = hosts.filter((host) => verdictOf(host) === "ok");
  const listed =
    healthy.length > ROWS_OF_HEALTHY && view.verbosity < 1 ? hosts.filter((host) => !healthy.includes(host)) : hosts;
  const blocks = [
    view.verbosity < 0 || listed.length === 0
      ? []
      : table([heading(view.style), ...listed.map((host) => row(host, view.style))]),
    reasons(hosts, view),
    listed.length === hosts.length
      ? []
      : wrap(`${printable(foldHosts(healthy.map((host) => host.name)))}: ok`, { first: "", width: view.width }),
    [closing(status, view.style)],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

const COLUMNS = ["host", "state", "gen", "age", "updates", "reboot", "free disk", "os"];

const heading = (style: Style): Cell[] => COLUMNS.map((text) => ({ text, paint: style.dim, ...rightIfNumber(text) }));

const rightIfNumber = (column: string): Pick<Cell, "align"> =>
  column === "gen" || column === "age" ? { align: "right" } : {};

function row(host: StatusHost, style: Style): Cell[] {
  const verdict = verdictOf(host);
  return [
    { text: printable(host.name), paint: style.name },
    { text: verdict, paint: paintVerdict(verdict, style) },
    { text: host.generation === null ? "-" : String(host.generation), align: "right" },
    { text: ageWords(host.ageDays), align: "right" },
    updatesCell(host, style),
    rebootCell(host, style),
    diskCell(host, style),
    { text: printable(host.osRelease ?? "-"), paint: style.dim },
  ];
}

/** "12, 3 security"; a dash where nobody knows. */
function updatesCell({ osUpdates }: StatusHost, style: Style): Cell {
  if (osUpdates === null) return { text: "-" };
  const { pending, security } = osUpdates;
  if (security > 0) return { text: `${pending}, ${security} security`, paint: style.warning };
  return { text: String(pending) };
}

function paintVerdict(verdict: Verdict, style: Style): (text: string) => string {
  if (verdict === "ok") return style.good;
  return verdict === "failed" || verdict === "unreachable" || verdict === "unhealthy" ? style.bad : style.warning;
}

/** A host that answers and does not know is another thing than one that does not answer. */
function rebootCell({ reachable, rebootNeeded }: StatusHost, style: Style): Cell {
  if (!reachable) return { text: "-" };
  if (rebootNeeded.state === "yes") return { text: "needed", paint: style.warning };
  return { text: rebootNeeded.state === "no" ? "no" : "?" };
}

/** "40 min", "5 h", "12 d". */
function ageWords(days: number | null): string {
  if (days === null) return "-";
  if (days >= 2) return `${Math.floor(days)} d`;
  const hours = days * 24;
  return hours >= 2 ? `${Math.floor(hours)} h` : `${Math.floor(hours * 60)} min`;
}

/** The fullest of the watched file systems. */
function diskCell(host: StatusHost, style: Style): Cell {
  const shares = host.disk
    .filter((disk) => disk.totalBytes > 0)
    .map((disk) => ({ ...disk, free: disk.freeBytes / disk.totalBytes }));
  const [fullest] = shares.sort((a, b) => a.free - b.free);
  if (fullest === undefined) return { text: "-" };
  const text = `${Math.floor(fullest.free * 100)}% ${printable(fullest.mount)}`;
  return fullest.free < 0.1 ? { text, paint: style.warning } : { text };
}

/** What is wrong, once for all hosts that have it in common. */
function reasons(hosts: readonly StatusHost[], { style, width }: StatusView): string[] {
  const told = hosts
    .map((host) => ({ host: host.name, lines: reasonsOf(host) }))
    .filter(({ lines }) => lines.length > 0);
  return groupBy(told, ({ lines }) => lines.join("\n")).flatMap((group) => [
    ...wrap(printable(foldHosts(group.map(({ host }) => host))), { first: "", width }).map((line) => style.name(line)),
    ...(group[0]?.lines ?? []).flatMap((line) => wrap(line, { first: "  ", width })),
  ]);
}

function reasonsOf(host: StatusHost): string[] {
  const unhealthy = host.health.filter((check) => check.state === "unhealthy");
  const { lock, error } = host;
  return [
    ...(error === undefined ? [] : [`${printable(error.what)} [${printable(error.code)}]`]),
    ...(error?.expected === undefined ? [] : [`expected: ${printable(error.expected)}`]),
    ...(error?.found === undefined ? [] : [`found: ${printable(error.found)}`]),
    ...(error?.next === undefined ? [] : [`next: ${printable(error.next)}`]),
    ...(host.activation === null ? [] : [`the activation of run ${printable(host.activation)} is going on`]),
    ...host.failedUnits.map((unit) => `failed unit ${printable(unit)}`),
    ...unhealthy.map(
      (check) =>
        `unhealthy ${printable(check.name)}${check.reason === undefined ? "" : `: ${printable(check.reason)}`}`,
    ),
    ...host.drift.map((drift) => `drift ${printable(drift.path)}: ${drift.kind}`),
    ...(host.system !== null && host.appliedAt === null ? ["what runs was not applied by nixfleet"] : []),
    ...(host.upToDate === false ? ["does not run what the fleet describes now"] : []),
    ...(host.rebootNeeded.state === "yes"
      ? [`reboot needed${debtWords(host)}: ${host.rebootNeeded.reasons.map(printable).join(", ") || "no reason given"}`]
      : []),
    ...osReasons(host),
    ...(lock === null
      ? []
      : [`${lock.expired ? "expired lock" : "locked"} by ${printable(lock.owner)}: ${printable(lock.reason)}`]),
  ];
}

/** "reboot needed for 3 d: …". */
const debtWords = ({ rebootDebt }: StatusHost): string =>
  rebootDebt === null || rebootDebt === undefined ? "" : ` for ${ageWords(rebootDebt.days)}`;

function osReasons({ lastOsUpdate, unattended, oldCode = [] }: StatusHost): string[] {
  return [
    ...(lastOsUpdate?.ok === false
      ? [`the last OS update failed: nixfleet runs show ${printable(lastOsUpdate.run)}`]
      : []),
    ...(oldCode.length === 0 ? [] : [`runs old code until it is restarted: ${oldCode.map(printable).join(", ")}`]),
    ...(unattended === null || unattended === undefined ? [] : unattendedReasons(unattended)),
  ];
}

function closing(status: Status, style: Style): string {
  const words = verdicts.flatMap((verdict) => {
    const number = status.hosts.filter((host) => verdictOf(host) === verdict).length;
    return number === 0 ? [] : [paintVerdict(verdict, style)(`${number} ${verdict}`)];
  });
  return `${count(status.hosts.length, "host")}: ${words.join(", ") || "nothing selected"}`;
}
