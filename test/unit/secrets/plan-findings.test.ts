import { expect, test } from "vitest";
import type { ManagedSecret } from "../../../src/domain/manifest/secrets.ts";
import type { Recorder } from "../../../src/engine/recorder.ts";
import type { ProjectSecrets } from "../../../src/ports/project-secrets.ts";
import { tellSecretFindings } from "../../../src/workflows/secrets/tell-findings.ts";

const declared: ManagedSecret = {
  name: "token",
  source: { kind: "age", file: "secrets/test/token.age", sha256: null },
  path: "/run/nixfleet-secrets/token",
  mode: "0400",
  owner: "root",
  group: "root",
  restartUnits: [],
  reloadUnits: [],
  phase: "services",
  persist: "root-only",
};

/** What a plan says of a project with these files. @param leak where the value stands in clear */
async function said(files: Readonly<Record<string, string>>, leak?: string): Promise<readonly string[]> {
  const told: string[] = [];
  const recorder = {
    record: async (event: { level: string; msg: string }) => {
      told.push(`${event.level} ${event.msg}`);
    },
  } as unknown as Recorder;
  const secretFiles = {
    read: async (file: string) => (files[file] === undefined ? undefined : Buffer.from(files[file])),
    leaks: async (values: ReadonlyMap<string, Uint8Array>) =>
      leak === undefined ? [] : [...values.keys()].map((secret) => ({ secret, path: leak })),
  } as unknown as ProjectSecrets;
  const value = new Map([["secrets/test/token.age", Buffer.from("a long secret value")]]);
  const secrets = { open: () => Promise.reject(new Error("opened")), opened: async () => value };
  await tellSecretFindings([declared], { secrets, secretFiles }, recorder);
  return told;
}

test("a plan warns of a secret that others may open than should, and opens none for that", async () => {
  const files = { "secrets/recipients.yaml": "people: { ann: age1aaaa }\n", "secrets/test/token.age": "bytes" };
  expect(await said(files)).toEqual([
    "warn secrets/test/token.age may be open to others than secrets/recipients.yaml says",
  ]);
});

test("a plan warns of a value that stands in clear in the flake's source", async () => {
  expect(await said({ "secrets/recipients.yaml": "people: { ann: age1aaaa }\n" }, "modules/oops.nix")).toEqual([
    "warn the value of secrets/test/token.age stands in clear in modules/oops.nix",
  ]);
});
