/** The one way to run a child process: no shell, an own process group, every wait limited, output capped. */
import { eachLine, type LineSplitter } from "./lines.ts";
import { keepHead, keepTail, type OutputStore } from "./output.ts";

export interface ProcessRequest {
  /** A path, or a name that is looked up in PATH. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of this process; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Given on standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** Limit for the whole run. */
  readonly timeoutMs: number;
  /** Limit for a silence on both outputs; none when left out. */
  readonly idleTimeoutMs?: number;
  /** Between SIGTERM and SIGKILL for the whole group; 5 s when left out. */
  readonly graceMs?: number;
  /** More standard output than this ends the child ("overflow"); 64 MiB when left out. */
  readonly maxStdoutBytes?: number;
  /** Standard error beyond this is dropped from its beginning; 256 KiB when left out. */
  readonly maxStderrBytes?: number;
  /** Each line without its line end, as it comes; the text is kept as well. */
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
}

export type ProcessOutcome =
  | {
      readonly kind: "exited";
      readonly code: number;
      readonly stdout: string;
      /** The same as it came, for what is no text. */
      readonly stdoutBytes: Uint8Array;
      readonly stderr: string;
    }
  | { readonly kind: "signalled"; readonly signal: string; readonly stderr: string }
  | { readonly kind: "timeout"; readonly afterMs: number; readonly stderr: string }
  /** Nothing was written for that long. */
  | { readonly kind: "stalled"; readonly afterMs: number; readonly stderr: string }
  | { readonly kind: "overflow"; readonly limitBytes: number; readonly stderr: string }
  | { readonly kind: "aborted"; readonly stderr: string }
  /** The program is missing or may not be executed. */
  | { readonly kind: "not-started"; readonly errno: string; readonly reason: string };

const DEFAULT_GRACE_MS = 5_000;
const DEFAULT_MAX_STDOUT_BYTES = 64 * 1024 * 1024;
const DEFAULT_MAX_STDERR_BYTES = 256 * 1024;

/**
 * Runs a program to its end. Never rejects. When the signal aborts or a limit is met, the whole process group gets SIGTERM
 * and, after the grace, SIGKILL; the outcome comes only when the child is gone. Ends with this process, too.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessOutcome> {
  if (request.signal.aborted) return { kind: "aborted", stderr: "" };
  const limits = new AbortController();
  const stop = (why: StopReason) => limits.abort(why);
  const onAbort = () => stop({ kind: "aborted" });
  request.signal.addEventListener("abort", onAbort, { once: true });
  const idle = idleTimer(request.idleTimeoutMs, stop);
  const deadline = setTimeout(() => stop({ kind: "timeout", afterMs: request.timeoutMs }), request.timeoutMs);
  try {
    return await execute(request, limits, idle.touch);
  } finally {
    clearTimeout(deadline);
    idle.clear();
    request.signal.removeEventListener("abort", onAbort);
  }
}

type StopReason =
  | { readonly kind: "aborted" }
  | { readonly kind: "timeout" | "stalled"; readonly afterMs: number }
  | { readonly kind: "overflow"; readonly limitBytes: number };

async function execute(request: ProcessRequest, limits: AbortController, touch: () => void): Promise<ProcessOutcome> {
  const limitBytes = request.maxStdoutBytes ?? DEFAULT_MAX_STDOUT_BYTES;
  const stdout = keepHead(limitBytes, () => limits.abort({ kind: "overflow", limitBytes } satisfies StopReason));
  const stderr = keepTail(request.maxStderrBytes ?? DEFAULT_MAX_STDERR_BYTES);
  // A hundred modules: they are loaded while the first hosts are dialled.
  const { execa } = await import("execa");
  const child = execa(request.file, request.args, childOptions(request, limits.signal));
  const ends = [
    listen(child.stdout, [stdout, eachLine(request.onStdoutLine)], touch),
    listen(child.stderr, [stderr, eachLine(request.onStderrLine)], touch),
  ];
  const result = await child;
  for (const end of ends) end();
  const errors = stderr.text();
  if (limits.signal.aborted) {
    // The leader is gone; what it left behind in its group and deaf to SIGTERM goes now.
    child.kill("SIGKILL");
    return { ...(limits.signal.reason as StopReason), stderr: errors };
  }
  if (result.exitCode !== undefined) {
    return {
      kind: "exited",
      code: result.exitCode,
      stdout: stdout.text(),
      stdoutBytes: stdout.bytes(),
      stderr: errors,
    };
  }
  if (result.signal !== undefined) return { kind: "signalled", signal: result.signal, stderr: errors };
  const reason = result.originalMessage ?? result.shortMessage ?? "";
  return { kind: "not-started", errno: result.code ?? "unknown", reason };
}

const childOptions = (request: ProcessRequest, cancelSignal: AbortSignal) =>
  ({
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.input === undefined ? { stdin: "ignore" as const } : { input: request.input }),
    buffer: false,
    reject: false,
    killDescendants: true,
    cancelSignal,
    forceKillAfterDelay: request.graceMs ?? DEFAULT_GRACE_MS,
  }) as const;

/** Hands chunks to everybody who takes them; the function that comes back ends the lines. */
function listen(
  stream: NodeJS.ReadableStream,
  [store, lines]: readonly [OutputStore, LineSplitter],
  touch: () => void,
): () => void {
  stream.on("data", (chunk: Buffer) => {
    touch();
    store.add(chunk);
    lines.add(chunk);
  });
  return lines.end;
}

function idleTimer(idleMs: number | undefined, stop: (why: StopReason) => void) {
  if (idleMs === undefined) return { touch: () => {}, clear: () => {} };
  const timer = setTimeout(() => stop({ kind: "stalled", afterMs: idleMs }), idleMs);
  return { touch: () => timer.refresh(), clear: () => clearTimeout(timer) };
}
