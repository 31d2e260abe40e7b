/** Calls `ssh` so that it talks to our master and to nothing else. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

// Only the master connects. Without it the client would dial by itself: this makes that end at once.
const ONLY_THE_MASTER = [
  "-F",
  "/dev/null",
  "-o",
  "ControlMaster=no",
  "-o",
  "ProxyCommand=false",
  "-o",
  "BatchMode=yes",
];

/** A command on the host, as a child of ours in its own process group. */
export const startClient = (controlPath: string, command: string): ChildProcessWithoutNullStreams =>
  start([...ONLY_THE_MASTER, "-S", controlPath, "-T", "-e", "none", "--", "nixfleet", command]);

/** `-O check`, `forward`, `cancel`; gives the exit code and what was said. */
export function control(
  controlPath: string,
  verb: "check" | "forward" | "cancel",
  args: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = start([...ONLY_THE_MASTER, "-S", controlPath, "-O", verb, ...args, "--", "nixfleet"]);
  child.stdin.end();
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  child.stdout.resume();
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, text: error.message }));
    child.once("close", (code) => resolve({ code, text: text.trim() }));
  });
}

function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn("ssh", args, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  return child;
}
