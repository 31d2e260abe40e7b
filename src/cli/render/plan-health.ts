/** Health checks in a plan: what has to be so before the change counts. */
import type { PlannedCheck, Probe } from "../../domain/health/check.ts";
import { USUAL_PACE } from "../../domain/health/check.ts";
import type { PlanHost } from "../../domain/plan/plan.ts";
import { checksOf } from "../../domain/plan/steps.ts";
import { duration, table, truncate } from "./layout.ts";
import { INDENT } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";

export function renderHealth(host: PlanHost, { style, width }: PlanView): string[] {
  const rows = checksOf(host).map((check) => [
    { text: printable(check.name) },
    { text: printable(probeWords(check.probe)) },
    { text: paceWords(check).join(", "), paint: style.dim },
  ]);
  const unconfirmed = host.steps.some((step) => step.kind === "activate" && step.confirmMs === 0);
  const lines = table(rows, INDENT).map((line) => truncate(line, width, style.unicode));
  return unconfirmed && rows.length > 0
    ? [...lines, `${INDENT}${style.warning("not waited for: confirmWithin is 0s")}`]
    : lines;
}

function probeWords(probe: Probe): string {
  switch (probe.kind) {
    case "unit":
      return `${probe.unit} is active`;
    case "command":
      return `${probe.command} ends with 0`;
    case "http":
      return `${probe.url} answers ${probe.expectStatus}`;
    case "tcp":
      return `${probe.host} port ${probe.port} accepts`;
  }
}

/** Only what is not as usual. */
function paceWords({ from, minHealthyMs, deadlineMs, retries }: PlannedCheck): string[] {
  return [
    ...(from === "deployer" ? ["asked from here"] : []),
    ...(minHealthyMs > USUAL_PACE.minHealthyMs ? [`for ${duration(minHealthyMs)}`] : []),
    ...(deadlineMs === null ? [] : [`within ${duration(deadlineMs)}`]),
    ...(retries === null ? [] : [`${retries} retries`]),
  ];
}
