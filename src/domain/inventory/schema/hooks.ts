/** Commands that run around the stages of a host's run. */
import { z } from "zod";
import { expecting, parsedText } from "./expectations.ts";
import * as value from "./values.ts";

// Draining a node can take minutes; a hook that hangs must still end.
const DEFAULT_TIMEOUT_MS = 300_000;

const where = parsedText("local, remote or delegate:HOST", (typed): HookPlace | undefined =>
  typed === "local" || typed === "remote" || /^delegate:./.test(typed) ? (typed as HookPlace) : undefined,
);

type HookPlace = "local" | "remote" | `delegate:${string}`;

export const hook = z
  .strictObject({
    run: value.text.describe("The command, for `sh -c`."),
    where: where
      .default("remote")
      .describe(
        "`remote` on the host, `local` on the machine that runs the CLI, `delegate:HOST` on another host of the inventory. Default: remote.",
      ),
    timeout: value.timeout.default(DEFAULT_TIMEOUT_MS).describe("Time limit. Default: 5m."),
    onFailure: expecting("fail or warn", z.enum(["fail", "warn"]))
      .default("fail")
      .describe("`fail` fails the host, `warn` goes on. Default: fail."),
    undo: z
      .exactOptional(value.text)
      .describe("Takes the command back, at the same place, when the host is left as it was after all. Default: none."),
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

const command = value.text.transform((run) => ({
  run,
  where: "remote" as const,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  onFailure: "fail" as const,
}));

const list = expecting(
  "a list of commands, or of maps with run, where, timeout, onFailure and undo",
  z.array(z.union([hook, command])),
);

const localHook = z
  .strictObject({ run: hook.in.shape.run, timeout: hook.in.shape.timeout })
  .transform(({ run, timeout }) => ({ run, timeoutMs: timeout }));

const localCommand = value.text.transform((run) => ({ run, timeoutMs: DEFAULT_TIMEOUT_MS }));

const localList = expecting(
  "a list of commands, or of maps with run and timeout",
  z.array(z.union([localHook, localCommand])),
);

const localStage = (meaning: string) => z.exactOptional(localList).describe(meaning);

/** Around a whole run, on the machine of the CLI. */
export const rolloutHooks = z.strictObject({
  preRollout: localStage("Before the first host is touched; one that fails keeps all of them from it."),
  onHalt: localStage("When the rollout halted."),
  postRollout: localStage("At the end of the run, however it ended."),
});

const stage = (meaning: string) => z.exactOptional(list).describe(meaning);

export const hooks = z.strictObject({
  preApply: stage("Before a host is changed, by an apply, a rollback, a removal or an OS update."),
  postApply: stage("After a host was changed and is healthy."),
  preReboot: stage("Before a reboot: drain, take out of the load balancer."),
  postReboot: stage("After a reboot: put back into service."),
  onFailure: stage("When the host failed, after all else."),
});
