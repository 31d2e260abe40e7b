/** What the program says of itself, typed the ways people type it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";

const program = join(import.meta.dirname, "../../../bin/nixfleet");

async function nixfleet(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(program, args)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe("help", () => {
  test("lists every command that is for people below a heading", async () => {
    const { stdout } = await nixfleet("--help");
    for (const { name, hidden } of commands) {
      if (hidden === true) expect(stdout).not.toContain(name);
      else expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    }
    expect(stdout).not.toMatch(/^Commands:/m);
  });

  test("for a command is the same whichever way it is asked for", async () => {
    const asked = await nixfleet("help", "plan");
    expect(asked.stdout).toContain("--detailed-exitcode");
    expect(asked).toEqual(await nixfleet("plan", "--help"));
  });

  test("is named by mistakes in a command's arguments", async () => {
    const { code, stderr } = await nixfleet("plan", "--no-such-option");
    expect(code).toBe(3);
    expect(stderr).toContain("nixfleet plan --help");
  });
});
