/** Labs of one machine, each in a folder of its own, keep out of each other's way. */
import { afterAll, expect, test } from "vitest";
import { downLab, type LabRecord, labCommand, labFolder, upArguments } from "../support/lab.ts";

const folders = ["left", "right"].map(labFolder);

afterAll(() => Promise.all(folders.map(downLab)));

test("two that come up at once take different addresses, and both are reached", async () => {
  const answers = await Promise.all(folders.map((folder) => labCommand(upArguments(folder, { hosts: 1 }))));
  expect(answers.map(({ code }) => code)).toEqual([0, 0]);
  const addresses = answers.map(({ stdout }) => (JSON.parse(stdout) as LabRecord).machines[0]?.address);
  expect(addresses).toEqual([expect.any(String), expect.any(String)]);
  expect(addresses[0]).not.toBe(addresses[1]);
  for (const folder of folders) {
    const there = await labCommand(["ssh", "--state", folder, "lab-1", "--", "cat", "/etc/hostname"]);
    expect([there.code, there.stdout.trim()]).toEqual([0, "lab-1"]);
  }
});
