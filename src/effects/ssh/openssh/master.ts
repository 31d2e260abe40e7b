/** An OpenSSH master connection of our own: never the user's, never one that outlives us. */
import { type ChildProcess, spawn } from "node:child_process";
import { access } from "node:fs/promises";

export interface MasterRequest {
  readonly sshArguments: readonly string[];
  readonly controlPath: string;
  readonly configPath: string;
  readonly hostOptions: readonly string[];
  readonly alias: string;
  readonly onLine: (line: string) => void;
}

export interface Master {
  /** "ready" once commands can go over it; otherwise it has ended. */
  ready(signal: AbortSignal): Promise<"ready" | "ended" | "timeout" | "aborted">;
  /** Standard error so far, its beginning kept. */
  stderr(): string;
  readonly ended: Promise<void>;
  readonly alive: boolean;
  stop(): Promise<void>;
}

// `ssh` would live on after a kill -9 of ours. Its guard reads a pipe that only we hold, and ends ssh when that breaks.
const GUARD =
  'exec 3<&0; "$@" 3<&- </dev/null & ssh=$!; { read -r _ <&3; kill "$ssh"; } 2>/dev/null & guard=$!; wait "$ssh"; code=$?; kill "$guard" 2>/dev/null; exit "$code"';
// Long enough for a finger on a security key.
const READY_MS = 60_000;
const POLL_MS = 10;
const STOP_MS = 2_000;
const MAX_STDERR = 64 * 1024;

export function startMaster(request: MasterRequest): Master {
  const { sshArguments, controlPath, configPath, hostOptions, alias } = request;
  const own = ["-F", configPath, "-v", "-N", "-M", "-S", controlPath, "-o", "ControlMaster=yes"];
  const args = [...own, "-o", "ClearAllForwardings=yes", ...hostOptions, ...sshArguments, "--", alias];
  const child = spawn("/bin/sh", ["-c", GUARD, "sh", "ssh", ...args], {
    // A session of its own: no terminal to ask on, and Ctrl-C does not reach it.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, SSH_ASKPASS_REQUIRE: "never" },
  });
  child.stdin?.on("error", () => {});
  const errors = collect(child, request.onLine);
  let alive = true;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      alive = false;
      resolve();
    };
    child.once("error", end);
    child.once("close", end);
  });
  return {
    stderr: errors,
    ended,
    get alive() {
      return alive;
    },
    async ready(signal) {
      for (let waitedMs = 0; alive; waitedMs += POLL_MS) {
        if (signal.aborted) return "aborted";
        if (await exists(controlPath)) return "ready";
        if (waitedMs > READY_MS) return "timeout";
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      return "ended";
    },
    async stop() {
      child.stdin?.end();
      const late = setTimeout(() => endGroup(child), STOP_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function collect(child: ChildProcess, onLine: (line: string) => void): () => string {
  let text = "";
  let rest = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (text.length < MAX_STDERR) text += chunk.toString("utf8");
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.trimEnd());
  });
  return () => text;
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
