/** The CLI on a terminal of its own, made by script(1): for questions and their answers. */
import { execa } from "execa";
import { quoteAll } from "../../src/domain/host/quote.ts";
import type { FleetProject } from "./fleet-project.ts";
import { until } from "./verbs.ts";

export interface TerminalSession {
  /** Waits until this was printed, after what was waited for before, and types a line. */
  answer(question: string, line: string): Promise<void>;
  /** The same with keys as they are, such as Ctrl-C. */
  press(question: string, keys: string): Promise<void>;
  /** Exit code and all that was printed, on both streams. */
  end(): Promise<{ readonly code: number; readonly screen: string }>;
}

export function onTerminal(fleet: FleetProject, ...words: string[]): TerminalSession {
  const command = `stty cols 120 rows 40; exec ${quoteAll([fleet.program, ...words])}`;
  const child = execa("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"], {
    cwd: fleet.folder,
    env: { ...fleet.env, TERM: "xterm", SHELL: "/bin/sh" },
    extendEnv: false,
    reject: false,
    stdin: "pipe",
  });
  let screen = "";
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
  });
  const press = async (question: string, keys: string): Promise<void> => {
    await until(`the question ${question}`, async () => screen.includes(question, seen));
    seen = screen.indexOf(question, seen) + question.length;
    child.stdin.write(keys);
  };
  return {
    answer: (question, line) => press(question, `${line}\r`),
    press,
    async end() {
      const { exitCode } = await child;
      child.stdin.destroy();
      return { code: exitCode ?? -1, screen };
    },
  };
}
