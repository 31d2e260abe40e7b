/** Hooks that run on this machine. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import type { LocalCommands } from "../../ports/local-commands.ts";
import { runProcess } from "../process/run.ts";

export const localCommands: LocalCommands = {
  async run(text, { env, input, timeoutMs, signal, onLine }) {
    const outcome = await runProcess({
      file: "sh",
      args: ["-c", text],
      env,
      input,
      timeoutMs,
      signal,
      onStdoutLine: (line) => onLine("stdout", line),
      onStderrLine: (line) => onLine("stderr", line),
    });
    if (outcome.kind === "exited") return ok(outcome.code);
    const why = outcome.kind === "timeout" ? `did not end within ${timeoutMs / 1000} s` : `ended as "${outcome.kind}"`;
    return err(failure("host/hook", `a hook on this machine ${why}`, { found: text }));
  },
};
