/** Runs a command to its end and says what it cost. */
import { spawn } from "node:child_process";

export interface Cost {
  readonly wallMs: number;
  /** Of the command and all its children that it waited for. */
  readonly cpuMs: number;
}

export interface CommandRequest {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Exit codes that are as good as 0. */
  readonly accepted?: readonly number[];
}

// The shell's own `times` tells what its children took, on every machine.
const MEASURED = '"$@" >&2 3>&-; code=$?; times >&3; exit "$code"';

/** @throws when the command fails, with what it said */
export async function costOf(command: readonly string[], request: CommandRequest = {}): Promise<Cost> {
  const start = performance.now();
  const child = spawn("sh", ["-c", MEASURED, "sh", ...command], {
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    env: { ...process.env, ...request.env },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const [errors, times] = [gather(child.stdio[2]), gather(child.stdio[3])];
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === null || (code !== 0 && !(request.accepted ?? []).includes(code)))
    throw new Error(`${command.join(" ")} ended with ${code}\n${errors()}`);
  return { wallMs: performance.now() - start, cpuMs: childrenCpuMs(times()) };
}

// Enough of what was said last to explain a failure.
const TAIL_CHARACTERS = 8192;

function gather(stream: unknown): () => string {
  let text = "";
  (stream as NodeJS.ReadableStream).on("data", (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-TAIL_CHARACTERS);
  });
  return () => text;
}

/** "0m0.010s 0m0.000s" of the shell itself, and below it the same of its children. */
function childrenCpuMs(times: string): number {
  const line = times.trim().split("\n")[1] ?? "";
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000, 0);
}
