import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { hostProgram } from "../../src/effects/host-program/program.ts";

const folder = resolve(import.meta.dirname, "../../backends/host");
const parts = readdirSync(folder).filter((name) => name.endsWith(".sh"));
const whole = parts.map((name) => readFileSync(resolve(folder, name), "utf8")).join("");
const program = await hostProgram();

const has = (tool: string): boolean => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
const missing = (tool: string): string => (has(tool) ? "" : ` (skipped: no ${tool} here)`);
const lint = (input: string, excluded: readonly string[] = []) =>
  spawnSync("shellcheck", ["--severity=style", "--shell=dash", `--exclude=${excluded.join(",")}`, "-"], {
    input,
    encoding: "utf8",
  });

test("no part defines a function that another part has: the last one would win without a word", () => {
  const names = [...whole.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe(`shellcheck${missing("shellcheck")}`, () => {
  test.runIf(has("shellcheck"))("finds nothing in the whole program", { timeout: 60_000 }, () => {
    // Functions that are called by a name in a variable look unreachable.
    expect(lint(whole, ["SC2317"]).stdout).toBe("");
  });

  // What one part sets and another uses is seen only in the whole.
  test.runIf(has("shellcheck")).each(parts)("finds nothing in %s", { timeout: 60_000 }, (name) => {
    expect(lint(readFileSync(resolve(folder, name), "utf8"), ["SC2034", "SC2154", "SC2317"]).stdout).toBe("");
  });
});

describe.each(["dash", "bash", "busybox sh"])("under %s", (shell) => {
  const [command = "", ...args] = shell.split(" ");
  const label = missing(command);

  // As the CLI sends it, and with its comments, as closures hold it.
  test.runIf(has(command)).each([
    ["sent", program],
    ["kept", whole],
  ])(`the program can be read as it is %s${label}`, (_, input) => {
    expect(spawnSync(command, [...args, "-n"], { input, encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  test.runIf(has(command))(
    `an unknown verb is a usage error, and the payload behind the program is never run${label}`,
    () => {
      const file = execFileSync("mktemp", { encoding: "utf8" }).trim();
      try {
        const script = `cat >"${file}"; exec ${shell} "${file}" no-such-verb`;
        const answer = spawnSync("sh", ["-c", script], { input: `${program}echo run away\n)('"\n`, encoding: "utf8" });
        expect(answer.stdout).toBe("NF1 problem 26\nunknown verb: no-such-verb\nNF1 end 2\n64\n");
        expect(answer.stderr).toBe("problem: unknown verb: no-such-verb\n");
        expect(answer.status).toBe(64);
      } finally {
        execFileSync("rm", ["-f", file]);
      }
    },
  );
});

test.each(parts)("%s stays under 300 lines", (name) => {
  expect(readFileSync(resolve(folder, name), "utf8").split("\n").length).toBeLessThanOrEqual(300);
});
