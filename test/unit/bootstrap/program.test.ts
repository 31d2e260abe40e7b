import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bootstrapSteps } from "../../../src/domain/bootstrap/step.ts";
import { bootstrapProgram } from "../../../src/effects/host-program/program.ts";

const folder = resolve(import.meta.dirname, "../../../backends");
const read = (name: string): string => readFileSync(resolve(folder, name), "utf8");
const own = readdirSync(resolve(folder, "bootstrap")).sort();
const shared = ["00-preamble.sh", "10-records.sh", "12-values.sh", "14-trust-files.sh", "22-facts-more.sh"];
const program = await bootstrapProgram();

const has = (tool: string): boolean => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
const missing = (tool: string): string => (has(tool) ? "" : ` (skipped: no ${tool} here)`);

describe("the bootstrap program", () => {
  test.runIf(has("shellcheck"))(
    `has no fault that shellcheck finds${missing("shellcheck")}`,
    { timeout: 60_000 },
    () => {
      const whole = [
        ...shared.map((name) => read(`host/${name}`)),
        ...own.map((name) => read(`bootstrap/${name}`)),
      ].join("");
      // The shared parts have functions and names that only the other program uses.
      const lint = ["--severity=style", "--shell=dash", "--exclude=SC2034,SC2154,SC2317", "-"];
      expect(spawnSync("shellcheck", lint, { input: whole, encoding: "utf8" }).stdout).toBe("");
    },
  );

  test.runIf(has("dash")).each(["dash", "bash"])("can be read by %s", (shell) => {
    expect(spawnSync(shell, ["-n"], { input: program, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  test("knows every step that a plan may have", () => {
    for (const step of bootstrapSteps) expect(program).toContain(`\n    ${step}) step_${step} ;;`);
  });

  test("refuses an account's name that could be taken for something else", () => {
    for (const user of ["", "-r", "a b", "root;id", "Deploy"]) {
      const answer = spawnSync(
        "sh",
        ["-c", 'file=$(mktemp); cat >"$file"; sh "$file" look; code=$?; rm "$file"; exit $code'],
        {
          input: `${program}user\t${user}\nsudo\tnopasswd\n`,
          encoding: "utf8",
          env: { ...process.env, NIXFLEET_PROGRAM_BYTES: String(Buffer.byteLength(program)) },
        },
      );
      expect(answer.stdout).toContain("not a name for an account");
      expect(answer.status).toBe(64);
    }
  });
});
