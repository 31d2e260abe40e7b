// Our reading of known_hosts against OpenSSH's own: `ssh-keygen -F` finds a host in a file exactly when we do.
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knownHostName, matchesHostField } from "../../../src/domain/known-hosts/match.ts";
import { parseKnownHosts } from "../../../src/domain/known-hosts/parse.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Sk6m4n3N7PLD9l3l1k5d1r0F4xIOJ6lTg7cQm1Wfu";
const hasKeygen = existsSync("/usr/bin/ssh-keygen");

const label = fc.stringMatching(/^[a-zA-Z0-9]{1,4}$/);
const name = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join(".")),
  fc.constantFrom("10.0.0.1", "10.0.0.2", "fe80::1", "web-1", "web-10"),
);
const port = fc.constantFrom(22, 22, 2222, 2200);
const host = fc.tuple(name, port).map(([host, port]) => knownHostName(host, port));
const wildcard = fc.tuple(host, fc.nat(20), fc.constantFrom("*", "?", "**")).map(([text, at, mark]) => {
  const index = at % (text.length + 1);
  return text.slice(0, index) + mark + text.slice(index + (mark === "?" ? 1 : at % 3));
});
const hashed = fc.tuple(host, fc.uint8Array({ minLength: 20, maxLength: 20 })).map(([text, bytes]) => {
  const salt = Buffer.from(bytes);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(text).digest("base64")}`;
});
const pattern = fc.oneof(
  host,
  wildcard,
  host.map((text) => text.toUpperCase()),
  fc.oneof(host, wildcard).map((text) => `!${text}`),
);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 4 }).map((all) => all.join(",")) },
  { weight: 1, arbitrary: hashed },
);
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom("", "", "@revoked ", "@cert-authority "), field)
      .map(([marker, hosts]) => `${marker}${hosts} ${key} comment`),
  },
  { weight: 1, arbitrary: fc.constantFrom("", "# a comment", "   ", "web-1", "@unknown web-1 ssh-ed25519 AAAA") },
);

describe.skipIf(!hasKeygen)(`known_hosts${hasKeygen ? "" : " (needs ssh-keygen)"}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "nixfleet-known-hosts-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const foundByKeygen = (text: string, name: string): readonly number[] => {
    const file = join(folder, "known_hosts");
    writeFileSync(file, text);
    const { stdout } = spawnSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
    return [...stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
  };

  test("the same lines are found for every host", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), host, (lines, wanted) => {
        const text = `${lines.join("\n")}\n`;
        const ours = parseKnownHosts(text, "known_hosts").filter((entry) => matchesHostField(entry.hosts, wanted));
        expect(ours.map((entry) => entry.line)).toEqual(foundByKeygen(text, wanted));
      }),
      { numRuns: 250 },
    );
  });
});
