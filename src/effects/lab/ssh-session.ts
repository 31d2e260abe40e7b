/** A person's own way into a machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** What shells report for a program that a signal ended. */
const SIGNALLED = 255;

/** Runs `ssh` on the caller's terminal; resolves to its exit code. */
export async function sshSession(config: string, name: string, command: readonly string[]): Promise<number> {
  const child = spawn("ssh", ["-F", config, name, ...command], { stdio: "inherit" });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : SIGNALLED;
}
