/** The linter's rules for steps that touch the operating system. */
import { manifestOverlay } from "../apt/overlay.ts";
import { KERNEL_PACKAGE } from "../os-update/old-kernels.ts";
import { parseWindow } from "../windows/grammar.ts";
import type { PlanHost, Step } from "./plan.ts";

/** None for steps of another kind. */
export function osFindings(host: PlanHost, step: Step): string[] {
  if (step.kind === "os-update") return updateFindings(host, step);
  return step.kind === "reboot" ? rebootFindings(step) : [];
}

function updateFindings(host: PlanHost, step: Extract<Step, { kind: "os-update" }>): string[] {
  const shown = (host.os?.updates ?? []).map(({ name, from, to }) => line({ name, from, to }));
  const approved = step.approved.map(line);
  return [
    ...when(approved.length === 0 && step.repair === "never", `step ${step.id} updates nothing`),
    ...when(shown.join("\n") !== approved.join("\n"), `step ${step.id} updates other packages than the plan shows`),
    ...when(
      step.overlay !== manifestOverlay(step.approved),
      `step ${step.id} lets apt install other versions than approved`,
    ),
    ...(step.kernels ?? [])
      .filter((name) => !KERNEL_PACKAGE.test(name))
      .map((name) => `step ${step.id} removes ${JSON.stringify(name)}, which is no kernel`),
    ...step.approved
      .filter(({ name, from, to }) => !NAME.test(name) || ![from ?? "1", to].every((version) => VERSION.test(version)))
      .map(({ name }) => `step ${step.id} names ${JSON.stringify(name)}, which is no package or has no version`),
  ];
}

function rebootFindings(step: Extract<Step, { kind: "reboot" }>): string[] {
  return step.window
    .filter((window) => !parseWindow(window).ok)
    .map((window) => `step ${step.id} names ${JSON.stringify(window)}, which is no window`);
}

// Both become lines of a file that apt reads.
const NAME = /^[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?$/;
const VERSION = /^[A-Za-z0-9.+:~-]+$/;

const line = ({ name, from, to }: { name: string; from: string | null; to: string }): string =>
  `${name} ${from ?? "-"} ${to}`;

const when = (wrong: boolean, finding: string): string[] => (wrong ? [finding] : []);
