/** What every lab command does around its work. */
import { exitCodeOf } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { Lab, Report } from "../../ports/lab.ts";
import type { CliContext } from "../context.ts";
import { renderFailure } from "../render/failures.ts";
import { labProgress } from "../render/lab-progress.ts";
import { wireLab } from "../wire/machine.ts";
import type { PlaceFlags } from "./lab-options.ts";

/** Progress goes to stderr while it works; the text it resolves to goes to stdout. */
export async function runLab(
  context: CliContext,
  flags: PlaceFlags,
  work: (lab: Lab, report: Report) => Promise<Result<string>>,
): Promise<void> {
  const progress = labProgress(context);
  const outcome = await work(await wireLab(context, flags), progress.report);
  progress.end();
  if (outcome.ok) context.stdout.write(outcome.value);
  else failLab(context, outcome.error);
}

export function failLab(context: CliContext, failure: Failure): void {
  context.stderr.write(renderFailure(failure));
  context.exit(exitCodeOf(failureCodes[failure.code].kind));
}
