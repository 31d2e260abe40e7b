// Programs arrive whole and as root, whoever logs in with whatever shell: real sshd, real sudo, real shells.
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Elevation } from "../../../src/domain/host/loader.ts";
import type { HostName } from "../../../src/domain/ids.ts";
import type { Result } from "../../../src/domain/outcome/result.ts";
import { createTransport } from "../../../src/effects/ssh/transport.ts";
import { runCommand } from "../../../src/engine/host-program/run-command.ts";
import type { Connection, Transport } from "../../../src/ports/transport.ts";
import { noSshd, type Person, type PrivateSshd, startSshd } from "../../support/private-sshd.ts";
import { realClock } from "../../support/real-clock.ts";

const shells = ["/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/fish", "/usr/bin/tcsh", "/usr/bin/zsh"];
const shellUsers = shells.map(
  (shell, index): Person => ({ name: `nf-shell-${index}`, shell, sudo: "ALL=(ALL) NOPASSWD: ALL" }),
);
const people: readonly Person[] = [
  ...shellUsers,
  { name: "nf-password", shell: "/bin/sh", password: "s3cret !", sudo: "ALL=(ALL) ALL" },
  { name: "nf-nobody", shell: "/bin/sh", password: "s3cret !" },
  { name: "nf-partly", shell: "/bin/sh", sudo: "ALL=(ALL) NOPASSWD: /bin/true" },
  { name: "nf-nologin", shell: "/usr/sbin/nologin", sudo: "ALL=(ALL) NOPASSWD: ALL" },
];
const noSudo = existsSync("/usr/bin/sudo") ? undefined : "needs sudo";
const noPeople = noSshd ?? noSudo;

describe.skipIf(noPeople !== undefined)(
  `delivery to real hosts${noPeople === undefined ? "" : ` (${noPeople})`}`,
  () => {
    let sshd: PrivateSshd;
    let transport: Transport;
    beforeAll(async () => {
      sshd = await startSshd({ people });
      transport = createTransport({ clock: realClock, environment: process.env, sshConfig: sshd.sshConfig });
    });
    afterAll(async () => {
      await transport?.close();
      await sshd?.stop();
    });

    const run = async (user: string, elevation: Elevation, command: string, args: readonly string[] = []) => {
      const connection = await transport.connect(
        { host: "web-1" as HostName, addresses: ["127.0.0.1"], port: sshd.port, user, transport: "ssh2" },
        AbortSignal.timeout(30_000),
      );
      if (!connection.ok) return { result: connection as Result<number>, stdout: "", stderr: "" };
      const answer = await collect(connection.value, elevation, command, args);
      await connection.value.close();
      return answer;
    };

    const collect = async (connection: Connection, elevation: Elevation, command: string, args: readonly string[]) => {
      let stdout = "";
      let stderr = "";
      const result = await runCommand(connection, command, {
        elevation,
        args,
        timeoutMs: 40_000,
        signal: new AbortController().signal,
        onStdout: (chunk) => {
          stdout += Buffer.from(chunk).toString();
        },
        onStderr: (chunk) => {
          stderr += Buffer.from(chunk).toString();
        },
      });
      return { result, stdout, stderr };
    };

    describe.each(shellUsers)("with $shell as login shell", ({ name, shell }) => {
      test.skipIf(!existsSync(shell))("arguments arrive as they were given, and sudo makes it root", async () => {
        const odd = [
          "a b",
          "it's",
          'say "hi"',
          "back\\slash\\\\",
          "bang!",
          "$HOME `id` $(id)",
          "",
          "*",
          "ä€",
          "~",
          "#x",
          "{a,b}",
        ];
        const answer = await run(name, { kind: "sudo" }, 'id -u; printf "<%s>\\n" "$@"', odd);
        expect(answer.result).toEqual({ ok: true, value: 0 });
        expect(answer.stdout).toBe(`0\n${odd.map((word) => `<${word}>\n`).join("")}`);
      });

      test.skipIf(!existsSync(shell))("a command without sudo runs as the login user", async () => {
        const answer = await run(name, { kind: "none" }, "id -un; exit 7");
        expect(answer).toEqual({ result: { ok: true, value: 7 }, stdout: `${name}\n`, stderr: "" });
      });
    });

    test("sudo gets the password only when it asks, and the program sees neither", async () => {
      const look = 'id -u; cat; grep -c "s3cr[e]t" $0 || true';
      const answer = await run("nf-password", { kind: "sudo-password", password: "s3cret !" }, look);
      expect(answer).toEqual({ result: { ok: true, value: 0 }, stdout: "0\n0\n", stderr: "" });
    });

    test("where sudo asks nothing, the password never leaves", async () => {
      const answer = await run(
        "nf-shell-0",
        { kind: "sudo-password", password: "s3cret !" },
        'grep -c "s3cr[e]t" $0 || cat',
      );
      expect(answer).toEqual({ result: { ok: true, value: 0 }, stdout: "0\n", stderr: "" });
    });

    test.each([
      ["nf-password", { kind: "sudo" }, "transport/sudo-needs-password"],
      ["nf-partly", { kind: "sudo" }, "transport/sudo-needs-password"],
      ["nf-password", { kind: "sudo-password", password: "wrong" }, "transport/sudo-wrong-password"],
      ["nf-nobody", { kind: "sudo-password", password: "s3cret !" }, "transport/sudo-not-allowed"],
      ["nf-nologin", { kind: "sudo" }, "transport/delivery"],
      ["nf-nologin", { kind: "none" }, "transport/delivery"],
    ] as const)("%s with %j is told %s", async (user, elevation, code) => {
      const { result } = await run(user, elevation, "id -u");
      expect(result.ok ? "it ran" : result.error.code).toBe(code);
    });

    test("the exit code that marks a cut stream is a plain exit code when the program itself ends with it", async () => {
      const answer = await run("nf-shell-0", { kind: "sudo" }, "exit 97");
      expect(answer.result).toEqual({ ok: true, value: 97 });
    });

    test("nothing of the program stays on the host", async () => {
      const answer = await run("nf-shell-0", { kind: "sudo" }, 'echo "$0"');
      expect(answer.stdout.trim()).toMatch(/^\/run\/nixfleet-[0-9a-f]{32}$/);
      expect(existsSync(answer.stdout.trim())).toBe(false);
    });
  },
);
