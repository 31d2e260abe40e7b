/** Runs a task or hook that a restricted host has in its manifest: only its name travels. */
import type { Result } from "../../domain/outcome/result.ts";
import type { Connection } from "../../ports/transport.ts";
import { deliver } from "./deliver.ts";
import type { CommandRequest } from "./run-command.ts";

export interface SignedCommand {
  readonly kind: "task" | "hook";
  /** A task's name, or the sha256 of a hook's text and `NAME=VALUE` words for its environment. */
  readonly words: readonly string[];
  /** For standard input. */
  readonly input: string;
}

/** For the command to die on the host, whose own limit may be the longer one, and for the host to say so. */
const HOST_ENDS_IT_MS = 15_000;

/** Gives the command's exit code. Fails with `host/restricted` where the host knows no such command, and like `deliver`. */
export function runSigned(
  connection: Connection,
  { kind, words, input }: SignedCommand,
  request: Omit<CommandRequest, "elevation" | "args">,
): Promise<Result<number>> {
  return deliver(connection, {
    ...request,
    program: null,
    payload: Buffer.from(input),
    args: [kind, ...words],
    elevation: { kind: "sudo" },
    timeoutMs: request.timeoutMs + HOST_ENDS_IT_MS,
  });
}
