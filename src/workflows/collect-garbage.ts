/** `nixfleet gc`: looks which generations nobody needs, asks, and forgets them. */
import type { Garbage } from "../domain/host/garbage.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { hostPrinted } from "../domain/outcome/event-bodies.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { garbage } from "../engine/garbage.ts";
import { actOnHost } from "./act-on-host.ts";
import { type Answered, askAll, type Question } from "./ask-hosts.ts";
import { concludeRun, type Frame, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface GarbageRequest {
  readonly hosts: readonly ResolvedHost[];
  /** Generations that stay in any case, the newest ones. */
  readonly keep: number;
  /** Has Nix delete what nothing needs any more. */
  readonly collect: boolean;
  /** Asked with what was found; not asked when there is nothing to do. */
  readonly confirm: (found: readonly Answered<Garbage>[]) => Promise<Result<boolean>>;
}

/** What a host would forget. */
export const lookAtGarbage =
  (keep: number): Question<Garbage> =>
  (session, signal) =>
    garbage(session, { keep, mode: "look" }, signal);

export function collectGarbage(request: GarbageRequest, tools: Tools): Promise<Outcome> {
  const { keep, collect } = request;
  const isDue = ({ generations }: Garbage): boolean => collect || generations.length > 0;
  return inFrame("gc", tools, true, async (frame) => {
    const found = await askAll(request.hosts, lookAtGarbage(keep), frame, tools);
    if (tools.interruption.draining.aborted)
      return err([failure("cli/interrupted", "interrupted before any generation was forgotten")]);
    if (found.some(({ answer }) => answer.ok && isDue(answer.value))) {
      const agreed = await request.confirm(found);
      if (!agreed.ok) return err([agreed.error]);
      if (!agreed.value) return ok(exitCodes.halted);
    }
    const results = await Promise.all(
      found.map(({ host, answer }) => {
        const due = answer.ok ? ok(isDue(answer.value)) : answer;
        return actOnHost({ host, due, perform: (...at) => forget(request, frame, ...at) }, frame, tools);
      }),
    );
    return ok(await concludeRun(frame, results, tools));
  });
}

async function forget(
  { keep, collect }: GarbageRequest,
  { recorder }: Frame,
  ...[session, signal]: Parameters<Question<Garbage>>
): Promise<Result<Garbage>> {
  const done = await garbage(session, { keep, mode: collect ? "collect" : "forget" }, signal);
  if (done.ok) await recorder.record(hostPrinted(session.host.name, "task", "stdout", words(done.value)));
  return done;
}

function words({ generations, freedBytes }: Garbage): string {
  const forgotten = generations.length === 0 ? "nothing to forget" : `forgot generations ${generations.join(", ")}`;
  return freedBytes === null ? forgotten : `${forgotten}; ${Math.round(freedBytes / 1024 ** 2)} MiB freed`;
}
