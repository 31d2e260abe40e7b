import { describe, expect, test } from "vitest";
import { parseAnswer } from "../../src/domain/nix/answer.ts";
import { inputDerivations } from "../../src/domain/nix/derivation.ts";
import { chunksOf, evaluationCalls, evaluationShape } from "../../src/domain/nix/evaluation-plan.ts";
import { inventoryWrapper, nixString, tolerantProjection } from "../../src/domain/nix/expression.ts";
import { failedInputsOf } from "../../src/domain/nix/failed-inputs.ts";
import { flakeUrl } from "../../src/domain/nix/flake-url.ts";
import { parseGitStatus } from "../../src/domain/nix/git-status.ts";
import { parseInputOverride } from "../../src/domain/nix/input-override.ts";
import { emptyNixLog } from "../../src/domain/nix/log.ts";
import { keyNameFrom, parseSecretKey } from "../../src/domain/nix/signing-key.ts";
import { troubleOf } from "../../src/domain/nix/trouble.ts";

const store = (name: string): string => `/nix/store/${"a".repeat(32)}-${name}`;

describe("text of the Nix language", () => {
  test.each([
    ['say "hi"', '"say \\"hi\\""'],
    [`\${antiquotation}`, `"\\\${antiquotation}"`],
    ["back\\slash", '"back\\\\slash"'],
    ["two\nlines", '"two\\nlines"'],
  ])("%j is quoted so that it means itself", (text, quoted) => {
    expect(nixString(text)).toBe(quoted);
  });

  test("names hosts with dots as one attribute each", () => {
    expect(tolerantProjection(["web.example"])).toContain('inherit (hosts) "web.example";');
  });

  test("of a wrapper cannot be broken by a path", () => {
    expect(inventoryWrapper({ type: "git", url: `file:///a"; evil = "\${b}`, rev: "c", shallow: true })).toContain(
      `inputs.fleet = { type = "git"; url = "file:///a\\"; evil = \\"\\\${b}"; rev = "c"; shallow = true; };`,
    );
  });
});

describe("flake references", () => {
  test.each([
    [{ type: "git", url: "file:///fleet", rev: "abc", dir: "a/b" }, "git+file:///fleet?rev=abc&dir=a%2Fb"],
    [
      { type: "path", path: store("source"), narHash: "sha256-a+/=", lastModified: 3 },
      `path:${store("source")}?narHash=sha256-a%2B%2F%3D`,
    ],
    [{ type: "github", owner: "o", repo: "r", rev: "abc", narHash: "sha256-x" }, "github:o/r/abc?narHash=sha256-x"],
    [{ type: "tarball", url: "https://localhost/x.tar.gz" }, "https://localhost/x.tar.gz"],
  ])("%j is written %s", (input, url) => {
    expect(flakeUrl(input)).toBe(url);
  });

  test.each(["", "nixpkgs", "=x", "nixpkgs=", "--impure=x", "a b=c", "x=--impure"])("%j is no override", (text) => {
    expect(parseInputOverride(text)).toMatchObject({ ok: false, error: { code: "nix/bad-override" } });
  });

  test("an override may name an input of an input, and its URL may hold equals signs", () => {
    expect(parseInputOverride("nixfleet/nixpkgs=path:/x?narHash=y")).toEqual({
      ok: true,
      value: { input: "nixfleet/nixpkgs", url: "path:/x?narHash=y" },
    });
  });
});

describe("git status", () => {
  const oid = "0123456789abcdef0123456789abcdef01234567";

  test("tells the commit, changed and untracked files, whatever their names", () => {
    const output = [
      `# branch.oid ${oid}`,
      "# branch.head main",
      `1 .M N... 100644 100644 100644 ${oid} ${oid} a file with blanks.nix`,
      `2 R. N... 100644 100644 100644 ${oid} ${oid} R100 new.nix`,
      "? old name that looks untracked.nix",
      `u UU N... 100644 100644 100644 100644 ${oid} ${oid} ${oid} both.nix`,
      "? hosts/new\nline.nix",
      "",
    ].join("\0");
    expect(parseGitStatus(output)).toMatchObject({
      revision: oid,
      changed: ["a file with blanks.nix", "new.nix", "both.nix"],
      untracked: ["hosts/new\nline.nix"],
    });
  });

  test("has no commit before the first one", () => {
    expect(parseGitStatus("# branch.oid (initial)\0")).toEqual({ changed: [], untracked: [], fingerprint: "" });
  });
});

describe("derivation files", () => {
  test("tell what they need, even when their environment holds things that look alike", () => {
    const text = `Derive([("out","${store("x")}","","")],[("${store("dep.drv")}",["out"]),("${store("other.drv")}",["dev","out"])],["${store("src")}"],"x86_64-linux","/bin/sh",["-c","[(\\"${store("fake.drv")}\\""],[("env","[")])`;
    expect(inputDerivations(text)).toEqual([store("dep.drv"), store("other.drv")]);
  });

  test("without needs give none, and other text gives nothing", () => {
    expect(inputDerivations('Derive([("out","/x","","")],[],[],"s","b",[],[])')).toEqual([]);
    expect(inputDerivations("#!/bin/sh")).toBeUndefined();
  });

  test("lead to the failed ones that a closure needs, once each, also through circles of unknown make", () => {
    const graph: Readonly<Record<string, readonly string[]>> = {
      top: ["a", "b"],
      a: ["bad"],
      b: ["bad", "top"],
      bad: ["deeper"],
    };
    const inputsOf = (name: string) => graph[name] ?? [];
    expect(failedInputsOf("top", new Set(["bad", "deeper", "elsewhere"]), inputsOf)).toEqual(["bad"]);
    expect(failedInputsOf("top", new Set(["elsewhere"]), inputsOf)).toEqual([]);
    expect(failedInputsOf("top", new Set(["top"]), inputsOf)).toEqual(["top"]);
  });
});

describe("the evaluator's answer", () => {
  const host = { drvPath: store("web.drv"), out: store("web"), system: "x86_64-linux", warnings: [] };

  test("holds hosts and those that threw", () => {
    const answer = parseAnswer(
      JSON.stringify({ web: { success: true, value: host }, bad: { success: false, value: false } }),
    );
    expect(answer).toEqual({
      hosts: [{ host: "web", outPath: host.out, drvPath: host.drvPath, system: host.system, warnings: [] }],
      threw: ["bad"],
    });
  });

  test.each([
    ["no JSON", "oops"],
    ["a path outside the store", JSON.stringify({ web: { success: true, value: { ...host, out: "/etc" } } })],
    ["a derivation that is none", JSON.stringify({ web: { success: true, value: { ...host, drvPath: "." } } })],
    ["a name that is none", JSON.stringify({ "a b": { success: true, value: host } })],
  ])("with %s is refused in words", (_what, json) => {
    expect(typeof parseAnswer(json)).toBe("string");
  });
});

describe("the shape of an evaluation", () => {
  const GIB = 2 ** 30;

  test.each([
    [
      { hosts: 3, cpus: 8, availableBytes: 32 * GIB },
      { workers: 1, hostsPerCall: 3, bytesPerWorker: 31 * GIB },
    ],
    [
      { hosts: 100, cpus: 2, availableBytes: 32 * GIB },
      { workers: 2, hostsPerCall: 50, bytesPerWorker: 15.5 * GIB },
    ],
    [
      { hosts: 5000, cpus: 4, availableBytes: 256 * GIB },
      { workers: 4, hostsPerCall: 400, bytesPerWorker: 63.75 * GIB },
    ],
  ])("uses few processes: %j", (means, shape) => {
    expect(evaluationShape(means)).toEqual(shape);
  });

  test.each([0, 1, 2, 3])("stays within %i GiB of memory", (gib) => {
    const shape = evaluationShape({ hosts: 1000, cpus: 64, availableBytes: gib * GIB });
    expect(shape.workers).toBe(Math.max(1, gib - 1));
    const hosts = Array.from({ length: 1000 }, (_, index) => index);
    const plain = evaluationCalls(hosts, () => "ubuntu", shape);
    expect(plain.flat()).toEqual(hosts);
    expect(Math.max(...plain.map((call) => call.length))).toBeLessThanOrEqual(16);
    expect(evaluationCalls(hosts, () => "nixos", shape)).toHaveLength(1000);
  });

  test("puts few NixOS hosts into one call, and many of a distro that stays", () => {
    const shape = { workers: 2, hostsPerCall: 100, bytesPerWorker: 2 * GIB };
    const hosts = [...Array(5).fill("nixos"), ...Array(40).fill("debian")] as ("nixos" | "debian")[];
    const calls = evaluationCalls(hosts, (base) => base, shape);
    expect(calls.map((call) => call.length)).toEqual([3, 18, 24]);
    expect(evaluationCalls([], () => "nixos", shape)).toEqual([]);
  });

  test("divides without losing any", () => {
    expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunksOf([], 2)).toEqual([]);
  });
});

describe("trouble with Nix", () => {
  const exited = (stderr: string) => troubleOf({ kind: "exited", code: 1, stderr }, emptyNixLog()).failure;

  test.each([
    ["error: writing to file: No space left on device", "nix/store-full"],
    ["error: cannot add path '/nix/store/x' because it lacks a signature by a trusted key", "nix/unsigned-path"],
    ["error: cannot add path '/nix/store/x' because it lacks a valid signature", "nix/unsigned-path"],
    ["error: cannot connect to socket at '/s': Permission denied", "nix/daemon-denied"],
    ["error: cannot connect to socket at '/s': Connection refused", "nix/daemon-lost"],
    ["error: Nix daemon disconnected unexpectedly (maybe it crashed?)", "nix/daemon-lost"],
    ["error: unable to download 'https://localhost': Couldn't resolve host name (6)", "nix/fetch-failed"],
    ["error: something new", "nix/command-failed"],
  ])("%j is %s", (stderr, code) => {
    expect(exited(stderr).code).toBe(code);
  });

  test("is told by the cause, not by hints around it", () => {
    expect(exited("error: syntax error in line 3\nTry '/usr/bin/nix --help' for more information.\n").what).toBe(
      "syntax error in line 3",
    );
  });

  test("without any words still says how it ended", () => {
    expect(exited("").what).toBe("nix ended with exit code 1");
    expect(troubleOf({ kind: "aborted" }, emptyNixLog()).failure.code).toBe("nix/interrupted");
    expect(troubleOf({ kind: "stalled", afterMs: 60_000 }, emptyNixLog()).failure.what).toContain("60 seconds");
  });
});

describe("signing keys", () => {
  test("are named after the fleet's folder", () => {
    expect([keyNameFrom("Web Farm"), keyNameFrom("fleet"), keyNameFrom("…")]).toEqual([
      "web-farm-1",
      "fleet-1",
      "fleet-1",
    ]);
  });

  test.each(["", "name", "name:short", `name:${"A".repeat(44)}`, `two words:${"A".repeat(86)}==`])(
    "%j is none",
    (text) => {
      expect(parseSecretKey(text)).toBeUndefined();
    },
  );
});
