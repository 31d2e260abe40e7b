/** Asks for a password on the terminal, without echo. */
import { StringDecoder } from "node:string_decoder";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { CliContext } from "./context.ts";

/**
 * The question goes to standard error, so that standard output stays clean. Fails with `transport/no-terminal` where nobody
 * can answer (no terminal, or CI), and with `transport/aborted` on Ctrl-C or Ctrl-D.
 * @param flag what the user typed that leads to the question
 */
export async function askPassword(
  question: string,
  { stdin, stderr, env }: Pick<CliContext, "stdin" | "stderr" | "env">,
  flag = "--ask-sudo-password",
): Promise<Result<string>> {
  if (stdin.isTTY !== true || stderr.isTTY !== true || isCi(env)) {
    return err(
      failure("transport/no-terminal", `${flag} needs a terminal to ask on`, {
        found: isCi(env) ? "a CI job (the variable CI is set)" : "no terminal on standard input or standard error",
        next: `run it on a terminal, or set things up so that ${flag} is not needed`,
      }),
    );
  }
  // The echo is off before the question is there: a quick answer must not show either.
  const reading = readWithoutEcho(stdin);
  stderr.write(question);
  const answer = await reading;
  stderr.write("\n");
  return answer === undefined ? err(failure("transport/aborted", "the question was not answered")) : ok(answer);
}

const isCi = ({ CI }: CliContext["env"]): boolean => CI !== undefined && CI !== "" && CI !== "false";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const BACKSPACES: readonly string[] = ["\u0008", "\u007f"];

/** Undefined when it was called off. */
function readWithoutEcho(stdin: CliContext["stdin"]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const decoder = new StringDecoder("utf8");
    let typed: string[] = [];
    const finish = (answer: string | undefined) => {
      stdin.removeListener("data", onData);
      stdin.removeListener("end", onEnd);
      stdin.setRawMode(false);
      stdin.pause();
      resolve(answer);
    };
    const onEnd = () => finish(undefined);
    const onData = (chunk: Buffer) => {
      for (const character of decoder.write(chunk)) {
        if (character === "\r" || character === "\n") return finish(typed.join(""));
        if (character === CTRL_D && typed.length === 0) return finish(undefined);
        if (character === CTRL_C) {
          finish(undefined);
          // Raw mode swallows Ctrl-C, which still means to stop the whole command.
          return process.kill(process.pid, "SIGINT");
        }
        if (BACKSPACES.includes(character)) typed.pop();
        else if (character === CTRL_U) typed = [];
        else typed.push(character);
      }
    };
    // Raw mode turns the terminal's echo off.
    stdin.setRawMode(true);
    stdin.on("data", onData);
    stdin.on("end", onEnd);
    stdin.resume();
  });
}
