/** Closures that other machines keep may ask only for the secrets that the fleet's own configuration gives their host. */
import { expect, test } from "vitest";
import type { HostName } from "../../../src/domain/ids.ts";
import type { ManagedSecret } from "../../../src/domain/manifest/secrets.ts";
import { ok, type Result } from "../../../src/domain/outcome/result.ts";
import type { Building } from "../../../src/workflows/build-closures.ts";
import type { PlacedClosure } from "../../../src/workflows/build-places.ts";
import { onlyDeclaredSecrets } from "../../../src/workflows/check-placed-secrets.ts";
import { fakeNixBuilder } from "../../support/fake-nix-builder.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { host, managedSecret, manifest, sha, store } from "../../support/plan-builders.ts";

const web = host("web-1");
const declared = managedSecret("app");
const fleet = inventoryOf("hosts: { web-1: { base: ubuntu, addr: 10.0.0.1 } }\n");
const signal = new AbortController().signal;

const builtElsewhere = (secrets: readonly ManagedSecret[]): PlacedClosure => ({
  host: web,
  system: store("2", "web"),
  manifest: manifest({ secrets }),
  store: { kind: "daemon", socket: "/run/builder-1.sock" },
  build: { where: "builder", on: "builder-1", passedOver: [] },
});

/** What becomes of a closure, and for how many hosts the fleet was evaluated. */
async function checked(closure: PlacedClosure): Promise<{ closure: Result<PlacedClosure>; evaluated: number }> {
  const asked: HostName[] = [];
  const builder = fakeNixBuilder([]);
  const declaredSecrets: typeof builder.declaredSecrets = async ({ hosts }) => {
    asked.push(...hosts);
    return ok(new Map(hosts.map((name) => [name, [declared]])));
  };
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(source.error.what);
  const building = { builder: { ...builder, declaredSecrets }, inventory: fleet, signal } as unknown as Building;
  const answers = await onlyDeclaredSecrets(new Map([[web, ok(closure)]]), source.value, building);
  return { closure: answers.get(web) as Result<PlacedClosure>, evaluated: asked.length };
}

test("a secret that the configuration gives the host may be asked for", async () => {
  expect(await checked(builtElsewhere([declared]))).toMatchObject({ closure: { ok: true }, evaluated: 1 });
});

test.each([
  ["another host's", managedSecret("database")],
  [
    "one with the name of its own and the value of another",
    { ...declared, source: { ...declared.source, sha256: sha("b") } },
  ],
  [
    "one that a command would give",
    { ...declared, source: { kind: "command" as const, command: ["cat", "/etc/shadow"] } },
  ],
] as [string, ManagedSecret][])(
  "%s is refused, and the machine that built it is named as the place to look",
  async (_, secret) => {
    expect((await checked(builtElsewhere([declared, secret]))).closure).toMatchObject({
      ok: false,
      error: { code: "nix/bad-manifest", host: "web-1", next: expect.stringContaining("--build-on local") },
    });
  },
);

test("a closure without secrets costs no evaluation, and one that was built here is the configuration's own", async () => {
  expect(await checked(builtElsewhere([]))).toMatchObject({ closure: { ok: true }, evaluated: 0 });
  const { store: _, ...here } = builtElsewhere([managedSecret("database")]);
  expect(await checked(here)).toMatchObject({ closure: { ok: true }, evaluated: 0 });
});
