import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextKeyName } from "../../../src/domain/nix/signing-key.ts";
import { signingKeys } from "../../../src/effects/nix/signing-keys.ts";
import { generateNextKey, listKeys } from "../../../src/workflows/keys.ts";

const keys = signingKeys({});
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nixfleet-next-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the key that takes over counts on in its name", () => {
  expect(["web-farm-1", "web-farm-9", "fleet"].map(nextKeyName)).toEqual(["web-farm-2", "web-farm-10", "fleet-2"]);
});

describe("the next key", () => {
  test("is not made before there is a present one", async () => {
    const made = await generateNextKey(join(folder, "none"), keys);
    expect(made).toMatchObject({ ok: false, error: { code: "nix/key-missing" } });
  });

  test("lies beside it, is never overwritten, and is listed as such", async () => {
    const file = join(folder, "key");
    const present = await keys.generate("fleet-1", file);
    const next = await generateNextKey(file, keys);
    expect(next).toMatchObject({ ok: true, value: { file: `${file}.next`, key: { name: "fleet-2" } } });
    expect(await generateNextKey(file, keys)).toMatchObject({ ok: false, error: { code: "nix/key-exists" } });
    const [first, second] = [present, next].map((made) => (made.ok ? made.value : undefined));
    const old = "fleet-0:AAAA";
    expect(await listKeys(file, [old, (first as { publicKey: string }).publicKey], keys)).toEqual([
      { publicKey: (first as { publicKey: string }).publicKey, role: "signs", published: true },
      { publicKey: (second as { key: { publicKey: string } }).key.publicKey, role: "next", published: false },
      { publicKey: old, role: "known", published: true },
    ]);
  });
});
