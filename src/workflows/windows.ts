/** `nixfleet windows`: when windows open, of hosts or as they are typed. */
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { SelectionRequest } from "../domain/selection/request.ts";
import { type WindowBinding, windowBindings } from "../domain/windows/bindings.ts";
import { parseBlackout } from "../domain/windows/blackout.ts";
import { calendarOf, nextStart, type Opening } from "../domain/windows/calendar.ts";
import { forecast, type Occasion } from "../domain/windows/forecast.ts";
import { parseWindow, type WindowMistake, windowText } from "../domain/windows/grammar.ts";
import { loadProject, type ProjectPorts, type ProjectRequest } from "./inventory/load-project.ts";
import { selectHosts } from "./inventory/select-hosts.ts";

export interface WindowForecast extends Omit<WindowBinding, "purpose"> {
  /** "typed": the windows of the command line, which bind nobody. */
  readonly purpose: WindowBinding["purpose"] | "typed";
  /** Open now when it starts at the instant asked for; nothing when it never opens. */
  readonly next: Opening | undefined;
  readonly occasions: readonly Occasion[];
}

export interface Span {
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  /** How many openings of each. */
  readonly count: number;
}

/** For windows and blackouts as typed; tells all that are not well-formed. */
export function forecastTyped(
  windows: readonly string[],
  blackouts: readonly string[],
  span: Span,
): Result<WindowForecast, readonly Failure[]> {
  const read = windows.map((text) => ({ text, parsed: parseWindow(text) }));
  const ranges = blackouts.map((text) => ({ text, parsed: parseBlackout(text) }));
  const mistakes = [
    ...read.flatMap(({ text, parsed }) => (parsed.ok ? [] : [mistake("window", text, parsed.error)])),
    ...ranges.flatMap(({ text, parsed }) => (parsed.ok ? [] : [mistake("blackout", text, parsed.error)])),
  ];
  if (mistakes.length > 0) return err(mistakes);
  return ok(
    forecastOf(
      {
        purpose: "typed",
        windows: read.flatMap(({ parsed }) => (parsed.ok ? [windowText(parsed.value)] : [])),
        blackouts: ranges.flatMap(({ parsed }) => (parsed.ok ? [parsed.value.text] : [])),
        hosts: [],
      },
      span,
    ),
  );
}

export interface HostWindows {
  readonly forecasts: readonly WindowForecast[];
  /** Hosts that nothing binds. */
  readonly unbound: readonly string[];
  readonly warnings: readonly Failure[];
}

/** For the selected hosts of the inventory. */
export async function forecastHosts(
  request: { readonly project: ProjectRequest; readonly selection: SelectionRequest; readonly span: Span },
  ports: ProjectPorts & { readonly selection: Parameters<typeof selectHosts>[2] },
): Promise<Result<HostWindows, readonly Failure[]>> {
  const project = await loadProject(request.project, ports);
  if (!project.ok) return project;
  const { inventory } = project.value;
  const selected = await selectHosts(inventory, request.selection, ports.selection);
  if (!selected.ok) return selected;
  const hosts = selected.value.hosts.map(({ host }) => host);
  const bindings = windowBindings(inventory, hosts);
  const bound = new Set(bindings.flatMap((binding) => binding.hosts));
  return ok({
    forecasts: bindings.map((binding) => forecastOf(binding, request.span)),
    unbound: hosts.map(({ name }) => name).filter((name) => !bound.has(name)),
    warnings: [...project.value.warnings, ...selected.value.warnings],
  });
}

function forecastOf(binding: Omit<WindowForecast, "next" | "occasions">, { fromMs, count }: Span): WindowForecast {
  const calendar = calendarOf(binding.windows, binding.blackouts);
  return { ...binding, next: nextStart(calendar, fromMs, 0), occasions: forecast(calendar, fromMs, count) };
}

function mistake(kind: "window" | "blackout", text: string, { why, next }: WindowMistake): Failure {
  return failure(`inventory/bad-${kind}`, `"${text}" is no ${kind}: ${why}`, next === undefined ? {} : { next });
}
