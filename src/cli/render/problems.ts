/** Everything that is wrong with a configuration, and a line that counts it. */
import type { Failure } from "../../domain/outcome/failure.ts";
import { renderFailures, renderWarning } from "./failures.ts";
import { count } from "./layout.ts";
import type { Style } from "./style.ts";

/** Nobody reads more at once, and the first ones explain many of the others. */
const MAX_SHOWN = 30;

export function renderProblems(failures: readonly Failure[], style: Style): string {
  const shown = renderFailures(failures.slice(0, MAX_SHOWN), style);
  if (failures.length === 1) return shown;
  const hidden = failures.length - MAX_SHOWN;
  const closing = `${count(failures.length, "error")}${hidden > 0 ? `, of which the first ${MAX_SHOWN} are shown` : ""}`;
  return `${shown}\n${style.bad(closing)}\n`;
}

export function renderWarnings(warnings: readonly Failure[], style: Style): string {
  const shown = warnings.slice(0, MAX_SHOWN).map((warning) => renderWarning(warning, style));
  const hidden = warnings.length - MAX_SHOWN;
  return [...shown, ...(hidden > 0 ? [`${hidden} more warnings\n`] : [])].join("");
}
