import { describe, expect, test } from "vitest";
import { fingerprint } from "../../../src/domain/known-hosts/fingerprint.ts";
import { matchesHostField } from "../../../src/domain/known-hosts/match.ts";
import { parseKnownHosts } from "../../../src/domain/known-hosts/parse.ts";
import { judgeKey, knowledgeOf, knownKeyTypes, pinnedKnowledge } from "../../../src/domain/known-hosts/verdict.ts";

const blob = (type: string, fill: number): Buffer => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.alloc(36, fill)]);
};
const entry = (hosts: string, key: Buffer, type = "ssh-ed25519") => `${hosts} ${type} ${key.toString("base64")}`;
const ed = blob("ssh-ed25519", 1);
const otherEd = blob("ssh-ed25519", 2);
const rsa = blob("ssh-rsa", 3);
const web1 = { name: "web-1", port: 22, isAlias: false };
const knows = (text: string, host = web1) => knowledgeOf(host, parseKnownHosts(text, "known_hosts"));

describe("the verdict over a host key", () => {
  test("a listed key is known, and by which line", () => {
    const verdict = judgeKey(ed, knows(`# comment\n${entry("web-1", ed)}\n`));
    expect(verdict).toMatchObject({ kind: "known", by: { line: 2 } });
  });

  test("a host nobody listed is unknown", () => {
    expect(judgeKey(ed, knows(entry("web-2", ed)))).toEqual({ kind: "unknown" });
  });

  test("another key of the same type is a change, and the line that says so is shown", () => {
    expect(judgeKey(otherEd, knows(`${entry("web-1", rsa, "ssh-rsa")}\n${entry("web-1", ed)}`))).toMatchObject({
      kind: "changed",
      known: { line: 2 },
    });
  });

  test("a type never seen from a known host is a change too", () => {
    expect(judgeKey(ed, knows(entry("web-1", rsa, "ssh-rsa")))).toMatchObject({ kind: "changed" });
  });

  test("revocation wins over everything", () => {
    const text = `${entry("web-1", ed)}\n@revoked ${entry("*", ed)}`;
    expect(judgeKey(ed, knows(text))).toMatchObject({ kind: "revoked", by: { line: 2 } });
  });

  test("a certificate authority's key is not the host's own", () => {
    expect(judgeKey(ed, knows(`@cert-authority ${entry("web-1", ed)}`))).toEqual({ kind: "unknown" });
  });

  test("on another port the name without port may vouch, but its other keys prove nothing", () => {
    const host = { name: "web-1", port: 2222, isAlias: false };
    expect(judgeKey(ed, knows(entry("web-1", ed), host))).toMatchObject({ kind: "known" });
    expect(judgeKey(otherEd, knows(entry("web-1", ed), host))).toEqual({ kind: "unknown" });
  });

  test("an alias stands without port", () => {
    const host = { name: "Cluster", port: 2222, isAlias: true };
    expect(judgeKey(ed, knows(entry("cluster", ed), host))).toMatchObject({ kind: "known" });
  });

  test("pinned keys are all that counts, and comments in them do not matter", () => {
    const knowledge = pinnedKnowledge([`ssh-ed25519 ${ed.toString("base64")} root@web-1`], "the inventory");
    if (knowledge === undefined) throw new Error("not understood");
    expect(judgeKey(ed, knowledge).kind).toBe("known");
    expect(judgeKey(otherEd, knowledge).kind).toBe("changed");
  });

  test.each(["", "ssh-ed25519", "ssh-ed25519 AAAA", `ssh-rsa ${ed.toString("base64")}`])(
    "%j is no key to pin",
    (text) => {
      expect(pinnedKnowledge([text], "the inventory")).toBeUndefined();
    },
  );

  test("types known for a host are told in the order of the file, each once", () => {
    const text = [entry("web-1", rsa, "ssh-rsa"), entry("web-1", ed), entry("web-1", otherEd)].join("\n");
    expect(knownKeyTypes(knows(text))).toEqual(["ssh-rsa", "ssh-ed25519"]);
  });
});

test("a line whose key cannot be read knows nothing", () => {
  expect(parseKnownHosts("web-1 ssh-ed25519 !!!\nweb-1 ssh-rsa AAAA\nweb-1\n", "known_hosts")).toEqual([]);
});

describe("host fields", () => {
  test("a pattern with many stars is judged at once", () => {
    expect(matchesHostField(`${"*a".repeat(40)}b`, "a".repeat(200))).toBe(false);
  });
});

test("fingerprints look as OpenSSH prints them", () => {
  expect(fingerprint(Buffer.from("x"))).toBe("SHA256:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE");
});
