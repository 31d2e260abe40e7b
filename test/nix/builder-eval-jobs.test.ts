import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import { nixInstallation } from "../../src/effects/nix/installation.ts";
import { type EvalJobsStandIn, evalJobsStandIn } from "../support/eval-jobs.ts";
import { hostName, inventoryOf, noNix, type TestFleet, testFleet } from "../support/nix-fleet.ts";

const signal = new AbortController().signal;
const nix = findNix(process.env)?.nix ?? "";
let fleet: TestFleet;
let folder: string;
let release: string;

beforeAll(async () => {
  fleet = testFleet();
  folder = mkdtempSync(join(tmpdir(), "nixfleet-eval-jobs-"));
  const installation = await nixInstallation(fleet.settings, signal);
  if (!installation.ok) throw new Error(installation.error.what);
  const { major, minor } = installation.value.version;
  release = `${major}.${minor}.1`;
});
afterAll(() => {
  fleet?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const names = Array.from({ length: 14 }, (_, index) => `host-${index + 1}`);
const hosts = Object.fromEntries(
  names.map((name, index) => [name, index === 3 ? { trouble: "throw" as const } : { greeting: name }]),
);

const standIn = (label: string, ofRelease = release, dieAfter?: number): EvalJobsStandIn =>
  evalJobsStandIn(nix, join(folder, label), ofRelease, dieAfter);

/** The fleet's answers with this folder before everything else on PATH, and how far they came one by one. */
async function evaluateWith(bin: string | undefined) {
  const settings = fleet.coldSettings();
  const PATH = [...(bin === undefined ? [] : [bin]), process.env.PATH].join(delimiter);
  const builder = createNixBuilder({ ...settings, env: { ...settings.env, NIXFLEET_NIX: nix, PATH } });
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(source.error.what);
  const progress: number[] = [];
  const answer = await builder.evaluate({
    source: source.value,
    inventoryJson: inventoryOf(hosts),
    hosts: names.map(hostName),
    signal,
    onProgress: (step) => void (step.kind === "evaluate" && progress.push(step.done)),
  });
  if (!answer.ok) throw new Error(answer.error.what);
  return { answers: answer.value, progress };
}

describe.skipIf(noNix !== "")(`evaluation through nix-eval-jobs${noNix}`, () => {
  test("answers like Nix itself, with each host as it is done and the message of the one that threw", async () => {
    const jobs = standIn("whole");
    const { answers, progress } = await evaluateWith(jobs.bin);
    expect(answers).toEqual((await evaluateWith(undefined)).answers);
    expect(answers.get(hostName("host-4"))).toMatchObject({
      ok: false,
      error: { code: "nix/evaluation-failed", what: expect.stringContaining("does not exist") },
    });
    expect(progress).toEqual(Array.from({ length: 15 }, (_, index) => index));
    const [call, ...more] = jobs.calls();
    expect(more).toEqual([]);
    expect(call).toMatch(/^--workers\n\d+\n--max-memory-size\n\d{3,}$/m);
  });

  test("asks Nix itself for what it left out when it broke down", async () => {
    const jobs = standIn("broken", release, 5);
    const { answers } = await evaluateWith(jobs.bin);
    expect(jobs.calls()).toHaveLength(1);
    expect([...answers].filter(([, answer]) => !answer.ok).map(([host]) => host)).toEqual(["host-4"]);
  });

  test("does without one of another release than Nix", async () => {
    const jobs = standIn("other", "2.3.1");
    const { answers } = await evaluateWith(jobs.bin);
    expect(jobs.calls()).toEqual([]);
    expect(answers.size).toBe(14);
  });
});
