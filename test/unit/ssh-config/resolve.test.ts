import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdapterQuestion, chooseAdapter } from "../../../src/domain/ssh-config/adapter-choice.ts";
import { parseJumpHop } from "../../../src/domain/ssh-config/jump.ts";
import { answerFor, outlineConfig, signatureOf } from "../../../src/domain/ssh-config/outline.ts";
import { parseSshConfig, type SshConfig } from "../../../src/domain/ssh-config/parse.ts";
import { expandPath } from "../../../src/domain/ssh-config/tokens.ts";

const minimal = "hostname h\nuser u\nport 22\n";
const parsed = (text: string): SshConfig => {
  const config = parseSshConfig(minimal + text);
  if (config === undefined) throw new Error("not understood");
  return config;
};
const nothing = { keys: [], revoked: [], authorities: [], withoutPort: [] };
const choose = (question: Partial<AdapterQuestion>) =>
  chooseAdapter({
    asked: "auto",
    configs: [parsed("")],
    identities: [],
    knowledge: nothing,
    hasTicket: false,
    ...question,
  });

describe("what ssh -G prints", () => {
  test("is read into the settings we act on", () => {
    const config = parsed(
      "identityfile ~/.ssh/a\nidentityfile none\nidentitiesonly yes\nuserknownhostsfile /a /b\nglobalknownhostsfile none\nproxyjump x@a:1,b\nconnecttimeout 7\nserveraliveinterval 5\nserveralivecountmax 4\nstricthostkeychecking accept-new\nhostkeyalias alias\n",
    );
    expect(config).toMatchObject({
      identityFiles: ["~/.ssh/a"],
      identitiesOnly: true,
      userKnownHostsFiles: ["/a", "/b"],
      globalKnownHostsFiles: [],
      proxyJump: ["x@a:1", "b"],
      connectTimeoutMs: 7000,
      keepaliveMs: 5000,
      keepalivesMissed: 4,
      strictHostKeyChecking: "accept-new",
      hostKeyAlias: "alias",
    });
  });

  test.each([
    ["true", "yes"],
    ["ask", "ask"],
    ["false", "no"],
    ["off", "no"],
  ])("StrictHostKeyChecking %s means %s", (printed, meant) => {
    expect(parsed(`stricthostkeychecking ${printed}\n`).strictHostKeyChecking).toBe(meant);
  });

  test("a keepalive that nobody asked for is ours to choose", () => {
    expect(parsed("serveraliveinterval 0\nserveralivecountmax 3\n").keepaliveMs).toBeUndefined();
  });

  test("without host name, user and port it is no answer", () => {
    expect(parseSshConfig("hostname h\nuser u\n")).toBeUndefined();
  });
});

describe("the choice of adapter", () => {
  test.each([
    ["certificatefile /c", "CertificateFile"],
    ["pkcs11provider /p.so", "PKCS11Provider"],
    ["knownhostscommand /k", "KnownHostsCommand"],
    ["revokedhostkeys /r", "RevokedHostKeys"],
    ["verifyhostkeydns true", "VerifyHostKeyDNS"],
    ["proxycommand nc %h %p", "ProxyCommand"],
  ])("%s needs the OpenSSH client", (line, name) => {
    expect(choose({ configs: [parsed(`${line}\n`)], identities: [] })).toMatchObject({
      adapter: "openssh",
      because: `the SSH configuration sets ${name}`,
    });
  });

  test("what Debian switches on by default does not", () => {
    const config = parsed("gssapiauthentication yes\nsecuritykeyprovider internal\nverifyhostkeydns false\n");
    expect(choose({ configs: [config] })).toMatchObject({ adapter: "ssh2", fallback: [] });
  });

  test("with a Kerberos ticket GSSAPI is a second way, and the first where there is no key", () => {
    const configs = [parsed("gssapiauthentication yes\n")];
    const identities = [{ name: "k", from: "file", keyType: "ssh-ed25519" }] as const;
    expect(choose({ configs, identities, hasTicket: true })).toMatchObject({
      adapter: "ssh2",
      fallback: ["GSSAPIAuthentication"],
    });
    expect(choose({ configs, hasTicket: true }).adapter).toBe("openssh");
  });

  test("a jump host's needs are the host's needs", () => {
    const jump = parsed("certificatefile /c\n");
    expect(choose({ configs: [parsed(""), jump], identities: [] }).adapter).toBe("openssh");
  });

  test.each([
    ["file", "sk-ssh-ed25519@openssh.com", "openssh"],
    ["file", "ssh-ed25519-cert-v01@openssh.com", "openssh"],
    ["agent", "sk-ssh-ed25519@openssh.com", "openssh"],
    ["file", "ssh-ed25519", "ssh2"],
  ] as const)("an identity from the %s of type %s alone takes %s", (from, keyType, adapter) => {
    expect(choose({ configs: [parsed("")], identities: [{ name: "k", from, keyType }] }).adapter).toBe(adapter);
  });

  test("a certificate in the agent among plain keys is kept for a second try", () => {
    const identities = [
      { name: "plain", from: "agent", keyType: "ssh-ed25519" },
      { name: "signed", from: "agent", keyType: "ssh-rsa-cert-v01@openssh.com" },
    ] as const;
    expect(choose({ configs: [parsed("")], identities: identities })).toMatchObject({
      adapter: "ssh2",
      fallback: ["a certificate in the agent (signed)"],
    });
  });

  test("the inventory has the last word", () => {
    expect(choose({ asked: "ssh2", configs: [parsed("proxycommand x\n")] }).adapter).toBe("ssh2");
  });
});

describe("jump hosts", () => {
  test.each([
    ["bastion", { host: "bastion" }],
    ["me@bastion:2200", { host: "bastion", user: "me", port: 2200 }],
    ["me@[fe80::1]:22", { host: "fe80::1", user: "me", port: 22 }],
    ["fe80::1", { host: "fe80::1" }],
    ["ssh://me@bastion:22", { host: "bastion", user: "me", port: 22 }],
  ])("%s is understood", (text, hop) => {
    expect(parseJumpHop(text)).toEqual(hop);
  });

  test.each(["", "-oProxyCommand=x", "a b"])("%j is no jump host that could be an option", (text) => {
    expect(parseJumpHop(text)?.host.startsWith("-") ?? false).toBe(false);
  });
});

test("tokens in paths are expanded, unknown ones stay", () => {
  const values = {
    home: "/home/me",
    localUser: "me",
    localUid: 5,
    hostname: "h",
    port: 22,
    user: "u",
    alias: "n",
    environment: { X: "x" },
  };
  const variable = (name: string) => `\${${name}}`;
  expect(expandPath(`~/%h-%p-%r-%u-%n-%i-%%-%Z-${variable("X")}-${variable("Y")}`, values)).toBe(
    `/home/me/h-22-u-me-n-5-%-%Z-x-${variable("Y")}`,
  );
});

describe("sharing answers of ssh -G between hosts", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "nixfleet-ssh-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const names = ["web-1", "web-2", "db-1", "10.0.0.1", "a.example"];
  const pattern = fc.constantFrom("web-*", "web-1", "*", "!web-2", "db-?", "10.0.*", "nobody");
  const setting = fc.constantFrom(
    "Port 2200",
    "User them",
    "HostName %h.example",
    "HostName fixed",
    "IdentityFile ~/.ssh/%h",
    "ProxyJump jump",
    "HostKeyAlias alias",
    "ConnectTimeout 3",
  );
  const block = fc
    .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.array(setting, { maxLength: 3 }))
    .map(([patterns, settings]) => `Host ${patterns.join(" ")}\n${settings.map((line) => `  ${line}\n`).join("")}`);

  test.skipIf(!existsSync("/usr/bin/ssh"))("an answer taken over from another host is the one ssh gives", () => {
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 4 }),
        fc.constantFrom(...names),
        fc.constantFrom(...names),
        (blocks, first, second) => {
          const text = blocks.join("");
          const file = join(folder, "config");
          writeFileSync(file, text);
          const ask = (name: string) => spawnSync("ssh", ["-G", "-F", file, name], { encoding: "utf8" }).stdout;
          const outline = [outlineConfig(text)];
          if (signatureOf(outline, first) !== signatureOf(outline, second)) return;
          const shared = answerFor(ask(first), first, second);
          if (shared !== undefined) expect(parseSshConfig(shared)).toEqual(parseSshConfig(ask(second)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(["Match exec true", "Match user me", "CanonicalizeHostname yes"])(
    "%s makes every host ask for itself",
    (line) => {
      expect(signatureOf([outlineConfig(`${line}\n  Port 1\n`)], "web-1")).toBeUndefined();
    },
  );

  test("Match all is no condition", () => {
    expect(signatureOf([outlineConfig("Match all\nHost web-*\n")], "web-1")).toBe("1");
  });
});
