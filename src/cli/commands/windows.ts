/** `nixfleet windows`: when windows open, of hosts or as typed; a rehearsal for what is written in an inventory. */
import { type Command, InvalidArgumentError } from "commander";
import type { Failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { HostWindows, Span } from "../../workflows/windows.ts";
import type { CliContext } from "../context.ts";
import { wholeNumber } from "../fleet-options.ts";
import { type Answer, addQueryOptions, type QueryFlags, runQuery, type View } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { jsonText } from "../render/inventory-json.ts";
import { addSelectionOptions, type SelectionFlags, selectionRequest } from "../selection-options.ts";
import { wireJournal, wireProject } from "../wire.ts";

interface WindowsFlags extends QueryFlags, SelectionFlags {
  readonly window?: readonly string[];
  readonly blackout?: readonly string[];
  readonly next: number;
  readonly from?: number;
}

export function configure(command: Command, context: CliContext): void {
  addSelectionOptions(addQueryOptions(command))
    .argument("[pattern...]", "hosts, as for --limit; all when left out")
    .option("--window <text>", 'a window instead of hosts\', for example "Sun 02:00-04:00 Europe/Berlin"', repeated)
    .option("--blackout <text>", 'a blackout, for example "2026-12-20/2027-01-03 Europe/Berlin"', repeated)
    .option("--next <n>", "how many openings", wholeNumber, 5)
    .option("--from <instant>", "as seen from then, for example 2026-10-20T00:00Z (default: now)", instantOf)
    .action((patterns: readonly string[], flags: WindowsFlags) => showWindows(patterns, flags, context));
}

async function showWindows(patterns: readonly string[], flags: WindowsFlags, context: CliContext): Promise<void> {
  const span = { fromMs: flags.from ?? Date.now(), count: flags.next };
  await runQuery(context, flags, async (view) => {
    const typed = flags.window !== undefined || flags.blackout !== undefined;
    const found = typed ? await typedWindows(flags, span) : await hostWindows(patterns, flags, span, context);
    return found.ok ? ok(await answer(found.value, span, flags, view)) : found;
  });
}

type Found = Promise<Result<HostWindows, readonly Failure[]>>;

async function typedWindows({ window = [], blackout = [] }: WindowsFlags, span: Span): Found {
  const { forecastTyped } = await import("../../workflows/windows.ts");
  const forecast = forecastTyped(window, blackout, span);
  return forecast.ok ? ok({ forecasts: [forecast.value], unbound: [], warnings: [] }) : forecast;
}

async function hostWindows(patterns: readonly string[], flags: WindowsFlags, span: Span, context: CliContext): Found {
  const { forecastHosts } = await import("../../workflows/windows.ts");
  const { rerunHostsFrom } = await import("../../workflows/inventory/rerun-hosts.ts");
  const ports = await wireProject(context);
  const rerunHosts = async (request: Parameters<ReturnType<typeof rerunHostsFrom>>[0]) =>
    rerunHostsFrom(await wireJournal(context, () => {}))(request);
  return forecastHosts(
    { project: projectRequest(flags, context), selection: selectionRequest(flags, patterns), span },
    { ...ports, selection: { cwd: context.cwd, ports: { files: ports.files, rerunHosts } } },
  );
}

async function answer(found: HostWindows, { fromMs }: Span, flags: WindowsFlags, { style }: View): Promise<Answer> {
  const { warnings } = found;
  if (flags.json === true) {
    const { windowsRecord } = await import("../render/windows-json.ts");
    return { text: jsonText(windowsRecord(found, fromMs)), warnings };
  }
  const { renderHostWindows } = await import("../render/windows.ts");
  return { text: renderHostWindows(found, fromMs, style), warnings };
}

const repeated = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text];

function instantOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError("expected an instant such as 2026-10-20T00:00Z.");
  return ms;
}
