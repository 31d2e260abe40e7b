/** NixFleet's own program on restricted hosts: replaced by what the fleet signed, and by nothing else. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostProgram } from "../../src/effects/host-program/program.ts";
import { type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { signedRecord, thief } from "../support/thief.ts";

const INSTALLED = "/usr/local/lib/nixfleet/nixfleet-host";

let restricted: RestrictedFleet;
let key: string;
let steal: ReturnType<typeof thief>;
let program: string;

beforeAll(async () => {
  restricted = await restrictedFleet();
  key = restricted.lab.signingKey;
  steal = thief(restricted);
  program = await hostProgram();
  for (const host of ["lab-1", "lab-2"])
    restricted.fleet.write(`hosts/${host}.nix`, '{ nixfleet.files."/etc/nf-marker".text = "one"; }');
  restricted.fleet.commit();
  await nixfleet("apply", "--group", "all", "--yes");
});
afterAll(() => restricted?.fleet.remove());

async function nixfleet(...words: string[]): Promise<string> {
  const answer = await restricted.fleet.nixfleet(...words);
  if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const installed = async (host: string): Promise<string> =>
  (await restricted.asRoot(host, `sha256sum <${INSTALLED}`)).split(" ")[0] ?? "";

/** As somebody would have it who used an earlier version of the CLI, or another one. */
const installAnother = (host: string): Promise<string> =>
  restricted.asRoot(host, `cp ${INSTALLED} /root/ours && sed -i '$i : another' ${INSTALLED}`);

interface Wishes {
  readonly keyFile?: string;
  readonly host?: string;
  readonly named?: string;
  readonly behind?: string;
}

/** What an operator's CLI sends; each wish makes it wrong in one way. */
async function order(text: string, { keyFile = key, host = "lab-1", named = text, behind = "" }: Wishes = {}) {
  const what = { what: "program", sha256: sha256(named), bytes: Buffer.byteLength(named) } as const;
  const record = await signedRecord(keyFile, what, { host });
  return { host: "lab-1", words: ["program"], payload: Buffer.concat([record, Buffer.from(text + behind)]) };
}

describe("apply", () => {
  test.each(["lab-1", "lab-2"])("on %s installs this version's program; plan only says so", async (host) => {
    await installAnother(host);
    const another = await installed(host);
    expect(await nixfleet("plan", "--host", host)).toContain("installs this version of NixFleet's program");
    await nixfleet("status", "--host", host);
    expect(await installed(host)).toBe(another);
    expect(await nixfleet("apply", "--host", host, "--yes")).toContain("1 changed");
    expect(await installed(host)).toBe(sha256(program));
    expect(await restricted.asRoot(host, `stat -c '%U %a' ${INSTALLED}`)).toBe("root 755");
    const accepted = (await restricted.audit(host)).at(-1);
    expect(accepted).toMatchObject({ event: "accepted", by: "deploy", detail: expect.stringContaining("program: ") });
    expect(await nixfleet("apply", "--host", host, "--yes")).toContain("1 unchanged");
  });

  test("brings the program first, and then what changes", async () => {
    await installAnother("lab-1");
    restricted.fleet.write("hosts/lab-1.nix", '{ nixfleet.files."/etc/nf-marker".text = "two"; }');
    restricted.fleet.commit();
    await nixfleet("apply", "--host", "lab-1", "--yes");
    expect(await installed("lab-1")).toBe(sha256(program));
    expect(await restricted.asRoot("lab-1", "cat /etc/nf-marker")).toBe("two");
  });

  test("replaces a link in its place, and not what the link points to", async () => {
    await installAnother("lab-1");
    await restricted.asRoot("lab-1", `mv ${INSTALLED} /root/target && ln -s /root/target ${INSTALLED}`);
    const target = await restricted.asRoot("lab-1", "sha256sum </root/target");
    await nixfleet("apply", "--host", "lab-1", "--yes");
    expect(await restricted.asRoot("lab-1", "sha256sum </root/target")).toBe(target);
    expect(await restricted.asRoot("lab-1", `stat -c %F ${INSTALLED}`)).toBe("regular file");
  });

  test("goes on from one that was cut short before", async () => {
    await installAnother("lab-1");
    await restricted.asRoot("lab-1", `echo half >${INSTALLED}.new`);
    await nixfleet("status", "--host", "lab-1");
    await nixfleet("apply", "--host", "lab-1", "--yes");
    expect(await restricted.asRoot("lab-1", `ls ${INSTALLED}.new 2>/dev/null || echo gone`)).toBe("gone");
    expect(await installed("lab-1")).toBe(sha256(program));
  });
});

describe("refused is a program", () => {
  const evil = "#!/bin/sh\nPROGRAM=9\ntouch /pwned\n";

  test("that nobody signed", () =>
    steal.isRefused({ host: "lab-1", words: ["program"], payload: evil }, /no deploy record/));

  test("that another key signed", async () => {
    const keyFile = join(restricted.fleet.folder, "..", "other-program");
    await restricted.fleet.nixfleet("keys", "generate", "--name", "other-program-1", "--out", keyFile);
    await steal.isRefused(await order(evil, { keyFile }), /signed by none of the fleet's keys/);
  });

  test("that is another than the record names", async () => {
    const named = evil.replace("pwned", "other");
    await steal.isRefused(await order(evil, { named }), /not the one that the deploy record names/);
  });

  test("that is longer or shorter than the record says", async () => {
    await steal.isRefused(await order(evil, { behind: "touch /pwned\n" }), /not the \d+ bytes that it names/);
    await steal.isRefused(await order(evil, { named: `${evil}#` }), /not the \d+ bytes that it names/);
  });

  test("that is meant for another host", async () => {
    await steal.isRefused(await order(evil, { host: "lab-2" }), /for the host lab-2, this is lab-1/);
  });

  test("with the record of a closure", async () => {
    const live = await restricted.asRoot("lab-1", "readlink /run/nixfleet/current");
    const activate = { what: "activate", system: live as never, description: null, mode: "live" } as const;
    const payload = await signedRecord(key, activate);
    await steal.isRefused({ host: "lab-1", words: ["program"], payload }, /record is for activate/);
  });

  test("that was taken before", async () => {
    const once = await order(program);
    expect((await steal.attempt(once)).code).toBe(0);
    await steal.isRefused(once, /is old/);
  });

  test("with a lower number, or with none", async () => {
    await steal.isRefused(await order(program.replace(/^PROGRAM=.*/m, "PROGRAM=0")), /earlier one: its number is 0/);
    await steal.isRefused(await order(program.replace(/^PROGRAM=.*/m, "")), /has no number/);
  });

  test("that the host's shell cannot read, though the fleet signed it", async () => {
    await steal.isRefused(await order(`${program}if\n`), /shell cannot read/);
  });

  test("and the one that was there still answers", async () => {
    expect(await installed("lab-1")).toBe(sha256(program));
    expect(await restricted.asRoot("lab-1", "ls /pwned 2>/dev/null || echo clean")).toBe("clean");
    await nixfleet("status", "--host", "lab-1");
  });
});
