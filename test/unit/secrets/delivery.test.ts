import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { precheck } from "../../../src/domain/plan/precheck.ts";
import { secretChanges } from "../../../src/domain/plan/secret-changes.ts";
import { withSecrets } from "../../../src/domain/plan/secret-steps.ts";
import { stepsFor } from "../../../src/domain/plan/steps.ts";
import { secretDigest } from "../../../src/domain/secrets/digest.ts";
import { secretPayload } from "../../../src/domain/secrets/payload.ts";
import { keysFor, parseRecipients } from "../../../src/domain/secrets/recipients.ts";
import { facts, host, managedSecret, manifest, sha, store } from "../../support/plan-builders.ts";

const KEY = sha("0");

describe("the digest of a secret", () => {
  test("is what the program on the host computes", () => {
    const script = `inner=$({ echo ${KEY}; printf 'a\\000b\\n'; } | sha256sum); { echo ${KEY}; echo "\${inner%% *}"; } | sha256sum`;
    const host = execFileSync("sh", ["-c", script]).toString().slice(0, 64);
    expect(secretDigest(KEY, Buffer.from("a\0b\n"))).toBe(host);
  });

  test("says nothing to who lacks the key", () => {
    expect(secretDigest(KEY, Buffer.from("x"))).not.toBe(secretDigest(sha("1"), Buffer.from("x")));
  });
});

describe("the payload", () => {
  test("has a head, a line each, and the values behind each other", () => {
    const payload = secretPayload([
      { name: "a", value: Buffer.from("one\n") },
      { name: "b", value: { digest: sha("b") } },
      { name: "c", value: Buffer.from([0, 255]) },
    ]);
    expect(Buffer.from(payload).toString("latin1")).toBe(`NFS1 3\na\t4\nb\t=${sha("b")}\nc\t2\none\n\0\xff`);
  });
});

describe("a plan with secrets", () => {
  const system = store("n", "web");
  const desired = { kind: "closure" as const, system, manifest: manifest({ secrets: [managedSecret("token")] }) };
  const live = new Map([["token", { digest: sha("a") }]]);
  const has = (digest: string) => facts({ secrets: [{ name: "token", digest, present: true }] });
  const wanted = (digest: string | null) => [{ name: "token", digest, travels: true }];

  test.each([
    ["is added where there is none", new Map(), wanted(null), [{ name: "token", change: "add" }]],
    ["is unchanged when digests agree", live, wanted(sha("a")), []],
    ["is modified when they do not", live, wanted(sha("b")), [{ name: "token", change: "modify" }]],
  ])("a secret %s", (_title, now, then, changes) => {
    expect(secretChanges({ live: now, wanted: then }, desired.manifest.secrets)).toEqual(changes);
  });

  test("one that is no longer listed is removed", () => {
    expect(secretChanges({ live, wanted: [] }, [])).toEqual([{ name: "token", change: "remove" }]);
  });

  test("it is delivered before the activation, which needs it", () => {
    const steps = stepsOf(sha("b"));
    expect(steps.map(({ kind }) => kind)).toEqual(["copy", "secrets", "activate"]);
    expect(steps.at(-1)?.needs).toEqual(["web-1/copy", "web-1/secrets"]);
  });

  test("a generation that lies on the host already has its secrets there", () => {
    const back = { ...desired, present: true };
    const steps = withSecrets(stepsFor(host("web-1"), back, has(sha("a"))), host("web-1"), back, has(sha("a")), {
      live,
      wanted: wanted(sha("b")),
    });
    expect(steps.map(({ kind }) => kind)).toEqual(["activate"]);
  });

  test("another value since then makes it stale", () => {
    const [, deliver] = stepsOf(sha("b"));
    if (deliver === undefined) throw new Error("no step");
    expect(precheck(deliver, has(sha("a"))).kind).toBe("ready");
    expect(precheck(deliver, has(sha("c"))).kind).toBe("drifted");
  });

  test("an activation with other secrets is not done already", () => {
    const now = { ...has(sha("a")), live: system, committed: system };
    const activate = (digest: string) =>
      withSecrets(stepsFor(host("web-1"), desired, now), host("web-1"), desired, now, {
        live,
        wanted: wanted(digest),
      }).at(-1);
    const [same, other] = [activate(sha("a")), activate(sha("b"))];
    if (same === undefined || other === undefined) throw new Error("no step");
    expect(precheck(same, now).kind).toBe("already-done");
    expect(precheck(other, now).kind).toBe("ready");
  });

  const stepsOf = (digest: string) =>
    withSecrets(stepsFor(host("web-1"), desired, has(sha("a"))), host("web-1"), desired, has(sha("a")), {
      live,
      wanted: wanted(digest),
    });
});

describe("recipients", () => {
  const text = `people: { ann: age1ann, bob: [age1bob, age1bob2] }
hosts: { web-1: "ssh-ed25519 AAAA root@web-1" }
groups: { ops: [ann], all: [ops, web-1] }
access: { "prod/*": [all], "dev/**": [bob] }
`;
  const keys = (file: string) => {
    const parsed = parseRecipients(text);
    return parsed.ok ? keysFor(file, parsed.value) : parsed.error;
  };

  test.each([
    ["by the first glob, through groups", "secrets/prod/x.age", ["age1ann", "ssh-ed25519 AAAA"]],
    ["with several keys", "secrets/dev/deep/x.age", ["age1bob", "age1bob2"]],
    ["all people without a glob", "secrets/other/x.age", ["age1ann", "age1bob", "age1bob2"]],
    [
      "the host in whose folder it lies",
      "secrets/other/web-1/x.age",
      ["age1ann", "age1bob", "age1bob2", "ssh-ed25519 AAAA"],
    ],
  ])("are resolved %s", (_title, file, expected) => {
    expect(keys(file)).toEqual(expected);
  });

  test.each([
    ["a name that nobody has", "people: { ann: age1ann }\naccess: { x: [anne] }"],
    ["a key of another kind", "people: { ann: ssh-rsa AAAA }"],
    ["no people", "hosts: {}"],
    ["no YAML", "people: ["],
  ])("with %s are refused", (_title, wrong) => {
    const parsed = parseRecipients(wrong);
    expect(parsed.ok ? "ok" : parsed.error.code).toBe("secrets/recipients");
  });
});
