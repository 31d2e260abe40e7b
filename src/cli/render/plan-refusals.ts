/** Hosts that the plan leaves out, with the reason: equal reasons are told once. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { EventError } from "../../domain/outcome/event-error.ts";
import { groupFailures } from "../../domain/plan/groups.ts";
import type { Plan, PlanHost } from "../../domain/plan/plan.ts";
import { renderPosition } from "./failures.ts";
import { wrap } from "./layout.ts";
import type { PlanView } from "./plan.ts";
import { printable, printableLines } from "./printable.ts";

/** One block each. */
export function renderRefusals(plan: Plan, view: PlanView): string[][] {
  return (["failed", "held", "unreachable"] as const).flatMap((action) => {
    const hosts = plan.hosts.filter((host) => host.action === action);
    return groupFailures(hosts.flatMap(failureOf)).map((group) => [
      ...heading(action, group.hosts, view),
      ...body(group.error, view),
    ]);
  });
}

function failureOf(host: PlanHost) {
  const what = host.reason ?? "no reason given";
  return [{ host: host.name, error: host.error ?? { code: host.code ?? "internal/defect", what } }];
}

function heading(action: "failed" | "held" | "unreachable", hosts: readonly string[], view: PlanView): string[] {
  const paint = action === "held" ? view.style.warning : view.style.bad;
  const size = hosts.length === 1 ? "" : `  (${hosts.length} hosts)`;
  const word = `${action}  `;
  const [first = "", ...others] = wrap(printable(foldHosts(hosts)) + size, {
    first: " ".repeat(word.length),
    width: view.width,
  });
  return [paint(action) + first.slice(action.length), ...others];
}

function body(error: EventError, { style, width }: PlanView): string[] {
  const line = (label: string, text: string | undefined): string[] =>
    text === undefined ? [] : wrap(printable(text), { first: `  ${label.padEnd(8)}  `, width });
  const detail = error.detail === undefined ? [] : printableLines(error.detail);
  return [
    ...wrap(`${printable(error.what)} [${printable(error.code)}]`, { first: "  ", width }),
    ...line("expected", error.expected),
    ...line("found", error.found),
    ...(error.at === undefined ? [] : renderPosition(error.at)),
    ...detail.map((text) => style.dim(`  | ${text}`)),
    ...line("because", error.because),
    ...line("next", error.next),
  ];
}
