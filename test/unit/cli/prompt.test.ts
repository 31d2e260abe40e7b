// Passwords are asked for on a real terminal (a pty from script(1)), and never shown.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { askPassword } from "../../../src/cli/prompt.ts";

const asker = join(import.meta.dirname, "../../support/ask-password.ts");
const script = "/usr/bin/script";

function onTerminal(typed: string, ...args: readonly string[]): Promise<string> {
  const command = [process.execPath, asker, ...args].join(" ");
  const child = spawn(script, ["-qec", command, "/dev/null"], { env: { ...process.env, CI: "" } });
  let screen = "";
  return new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      const before = screen;
      screen += String(chunk);
      if (!before.includes("password: ") && screen.includes("password: ")) child.stdin.write(typed);
    });
    child.once("close", () => resolve(screen));
  });
}

describe.skipIf(!existsSync(script))("on a terminal", () => {
  test("the answer is taken, corrections included, and nothing of it is shown", async () => {
    const screen = await onTerminal("wrong\u0015s3cxx\u007f\u007frét \r");
    expect(screen).toContain('got "s3crét "');
    expect(screen.split("got")[0]).toBe("password: \r\n");
  });

  test("Ctrl-D calls it off", async () => {
    expect(await onTerminal("\u0004")).toContain("failed transport/aborted");
  });

  test("Ctrl-C calls it off and interrupts the command", async () => {
    const screen = await onTerminal("abc\u0003", "interrupted");
    expect(screen).toContain("failed transport/aborted");
    expect(screen).toContain("interrupted");
  });
});

test.each([
  ["without a terminal", {}, false],
  ["in CI", { CI: "true" }, true],
])("%s there is nobody to ask, and the flag is named", async (_name, env, isTTY) => {
  const stream = Object.assign(new PassThrough(), { isTTY }) as never;
  const answer = await askPassword("password: ", { stdin: stream, stderr: stream, env });
  expect(answer.ok ? "answered" : answer.error).toMatchObject({
    code: "transport/no-terminal",
    what: expect.stringContaining("--ask-sudo-password"),
  });
});
