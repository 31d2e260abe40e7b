// The loader under the shells that hosts have as /bin/sh, and what is made of sudo's words.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cutLine, loaderCommand, readyLine } from "../../../src/domain/host/loader.ts";
import { createPreamble } from "../../../src/domain/host/preamble.ts";
import { sudoRefusal } from "../../../src/domain/host/sudo-refusal.ts";

const sentinel = "0123456789abcdef0123456789abcdef";
const shells = [
  { shell: "/bin/dash", options: [] },
  { shell: "/bin/bash", options: ["--posix"] },
  { shell: "/usr/bin/busybox", options: ["sh"] },
];
const program =
  'printf "%s " "$NIXFLEET_PROGRAM_BYTES" "$#" "$1" "$2"; echo; tail -c +$((NIXFLEET_PROGRAM_BYTES + 1)) "$0"; cat; umask; exit 3\n';
const payload = Buffer.from([0, 1, 2, 255, 10, 10]);

const deliver = ({ shell, options }: (typeof shells)[number], sent: Buffer, announced: number) => {
  const command = loaderCommand({
    totalBytes: announced,
    programBytes: program.length,
    sentinel,
    prompt: "prompt",
    elevation: "none",
    args: ["it's", "a\\b !"],
  });
  return spawnSync(shell, [...options, "-c", command], { input: sent });
};

describe.each(shells)("the loader in $shell", (shell) => {
  const present = existsSync(shell.shell);
  const whole = Buffer.concat([Buffer.from(program), payload]);

  test.skipIf(!present)(
    "runs the program with its arguments, its payload behind it, and an empty standard input",
    () => {
      const { stdout, status } = deliver(shell, whole, whole.length);
      const expected = Buffer.concat([
        Buffer.from(`${readyLine(sentinel)}${program.length} 2 it's a\\b ! \n`),
        payload,
        Buffer.from(`${process.umask().toString(8).padStart(4, "0")}\n`),
      ]);
      expect(stdout.toString("latin1")).toBe(expected.toString("latin1"));
      expect(status).toBe(3);
    },
  );

  test.skipIf(!present).each([-1, 1])("runs nothing when %i bytes too many or too few arrive", (difference) => {
    const { stdout, stderr, status } = deliver(shell, whole, whole.length + difference);
    expect([stdout.toString(), stderr.toString(), status]).toEqual([readyLine(sentinel), cutLine(sentinel), 97]);
  });

  test.skipIf(!present)("leaves no file behind", () => {
    deliver(shell, whole, whole.length);
    deliver(shell, whole, whole.length + 1);
    expect(readdirSync("/run").filter((name) => name.includes(sentinel))).toEqual([]);
  });
});

describe("the line that separates login chatter from output", () => {
  test("is found in whatever pieces it comes", () => {
    const bytes = Buffer.from(`welcome\n${readyLine(sentinel)}output`);
    for (let size = 1; size <= bytes.length; size++) {
      const preamble = createPreamble(sentinel);
      let output = "";
      for (let at = 0; at < bytes.length; at += size)
        output += Buffer.from(preamble.push(bytes.subarray(at, at + size)));
      expect([preamble.state, output, preamble.chatter()]).toEqual(["ready", "output", "welcome\n"]);
    }
  });

  test("is not taken from another run", () => {
    const preamble = createPreamble(sentinel);
    preamble.push(Buffer.from(readyLine("ffff")));
    expect(preamble.state).toBe("waiting");
  });

  test("chatter without end takes no memory without end", () => {
    const preamble = createPreamble(sentinel);
    for (let n = 0; n < 100; n++) preamble.push(Buffer.alloc(10_000, 120));
    expect(preamble.chatter().length).toBeLessThan(70_000);
    expect(Buffer.from(preamble.push(Buffer.from(`${readyLine(sentinel)}x`))).toString()).toBe("x");
  });
});

describe("what sudo says", () => {
  test.each([
    ["sudo", 0, "sudo: a password is required", "transport/sudo-needs-password"],
    ["sudo", 0, "sudo: interactive authentication is required", "transport/sudo-needs-password"],
    ["sudo", 0, "deploy is not in the sudoers file.", "transport/sudo-not-allowed"],
    ["sudo", 0, "sudo: sorry, you must have a tty to run sudo", "transport/sudo-not-allowed"],
    ["sudo", 0, "sudo: I'm sorry deploy. I'm afraid I can't do that", "transport/sudo-not-allowed"],
    ["sudo-password", 1, "sudo: Authentication failed, try again.", "transport/sudo-wrong-password"],
    ["sudo-password", 2, "Sorry, try again.", "transport/sudo-wrong-password"],
    ["sudo-password", 1, "sudo: unable to open /etc/sudoers", "transport/sudo-failed"],
  ] as const)("%s, asked %i times, %j is %s", (elevation, questions, stderr, code) => {
    expect(sudoRefusal({ elevation, questions, stderr })?.code).toBe(code);
  });

  test("where sudo had no part in it, it is not blamed", () => {
    expect(sudoRefusal({ elevation: "sudo", questions: 0, stderr: "/etc/profile: line 3: oops" })).toBeUndefined();
  });
});
