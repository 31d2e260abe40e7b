/** `nixfleet bootstrap`: look, show, confirm, do what is missing, prove it. */
import pLimit from "p-limit";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import { concludeRun, type Frame, inFrame, type Outcome } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { finishHost } from "./finish.ts";
import { lookAtHosts } from "./look.ts";
import { type BootstrapRequest, type Prepared, stepsToDo } from "./request.ts";

export function bootstrapHosts(request: BootstrapRequest, tools: Tools): Promise<Outcome> {
  return inFrame("bootstrap", tools, !request.check, async (frame) => {
    const looked = await lookAtHosts(request, frame, tools);
    if (!looked.ok) return err([looked.error]);
    try {
      if (tools.interruption.draining.aborted) {
        return err([failure("cli/interrupted", "interrupted before anything was changed")]);
      }
      request.people.show(looked.value);
      return request.check ? ok(exitCodeOf(looked.value)) : await carryOut(looked.value, request, frame, tools);
    } finally {
      await Promise.all(looked.value.map(({ outcome }) => (outcome.ok ? outcome.value.connection.close() : undefined)));
    }
  });
}

const exitCodeOf = (prepared: readonly Prepared[]) =>
  failureExitCode(
    prepared.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.error])),
    undefined,
  );

async function carryOut(
  prepared: readonly Prepared[],
  request: BootstrapRequest,
  frame: Frame,
  tools: Tools,
): Promise<Outcome> {
  const changing = prepared.filter(({ outcome }) => outcome.ok && stepsToDo(outcome.value.plan).length > 0);
  if (changing.length > 0) {
    const agreed = await request.people.confirm(changing.length);
    if (!agreed.ok) return err([agreed.error]);
    if (!agreed.value) return ok(exitCodes.halted);
  }
  const limit = pLimit(request.maxParallel);
  const results = await Promise.all(
    prepared.map((host) => limit(() => finishHost(host, request.program, frame, tools))),
  );
  return ok(await concludeRun(frame, results, tools));
}
