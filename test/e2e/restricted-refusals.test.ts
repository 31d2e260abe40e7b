/** What somebody with the deploy account's key tries on a restricted host: refused each time, and written down. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENTRY, type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { activation, orderFor, signedRecord, thief } from "../support/thief.ts";

let restricted: RestrictedFleet;
let key: string;
let steal: ReturnType<typeof thief>;
/** Of lab-1: what runs, and what ran before. */
let live: string;
let before: string;

beforeAll(async () => {
  restricted = await restrictedFleet();
  key = restricted.lab.signingKey;
  steal = thief(restricted);
  const { fleet } = restricted;
  const liveNow = () => restricted.asRoot("lab-1", "readlink /run/nixfleet/current");
  for (const text of ["one", "two"]) {
    fleet.write(
      "hosts/lab-1.nix",
      `{ pkgs, ... }: { nixfleet.packages = [ pkgs.busybox ]; nixfleet.files."/etc/nf-marker".text = "${text}"; }`,
    );
    fleet.commit();
    const applied = await fleet.nixfleet("apply", "--group", "all", "--yes");
    if (applied.code !== 0) throw new Error(`${applied.stdout}\n${applied.stderr}`);
    before = live;
    live = await liveNow();
  }
});
afterAll(() => restricted?.fleet.remove());

const lab1 = (words: readonly string[], payload: Uint8Array | string = "") => ({ host: "lab-1", words, payload });
const activate = async (system: string) => lab1(activation(system), await signedRecord(key, orderFor(system)));

/** Built by the host's own daemon, which does that for everybody: the path of a closure that makes a file as root. */
async function evilClosure(name: string): Promise<string> {
  const busybox = "$(ls -d /nix/store/*-busybox-*/bin | head -n 1)";
  const script = [
    "busybox mkdir $out && cd $out && echo 1 >nixfleet-closure",
    'printf "format\\\\t1\\\\nhost\\\\tlab-1\\\\nbase\\\\tubuntu\\\\nend\\\\t3\\\\n" >manifest',
    'printf "#!/bin/sh\\\\ntouch /pwned\\\\n" >activate && busybox chmod +x activate',
  ].join(" && ");
  const nix = `derivation { name = "${name}"; system = "x86_64-linux"; PATH = builtins.storePath BUSYBOX + "/bin"; builder = builtins.storePath BUSYBOX + "/bin/busybox"; args = [ "sh" "-c" (builtins.readFile ./${name}.sh) ]; }`;
  const built = await restricted.asDeploy(
    "lab-1",
    `cat >${name}.sh && bb=${busybox} && sed "s|BUSYBOX|\\"\${bb%/bin}\\"|g" >${name}.nix <<'EOF' && nix-build --no-out-link ${name}.nix\n${nix}\nEOF\n`,
    script,
  );
  if (built.code !== 0) throw new Error(built.stderr);
  return built.stdout.trim();
}

const sign = (path: string, secret: string) =>
  restricted.asDeploy(
    "lab-1",
    `cat >k && nix --extra-experimental-features nix-command store sign -k k ${path}; rm k`,
    secret,
  );

async function otherKey(name: string): Promise<{ file: string; secret: string; public: string }> {
  const file = join(restricted.fleet.folder, "..", name);
  const made = await restricted.fleet.nixfleet("keys", "generate", "--name", name, "--out", file);
  return { file, secret: readFileSync(file, "utf8"), public: made.stdout.trim() };
}

describe("closures", () => {
  test("that nobody signed", async () => {
    await steal.isRefused(await activate(await evilClosure("unsigned")), /not every path of the closure is signed/);
  });

  test("that another key signed", async () => {
    const path = await evilClosure("other-key");
    await sign(path, (await otherKey("other-1")).secret);
    await steal.isRefused(await activate(path), /not every path of the closure is signed/);
  });

  test("that a public cache signed, which the daemon believes", async () => {
    const cache = await otherKey("cache-1");
    await restricted.asRoot("lab-1", `echo 'extra-trusted-public-keys = ${cache.public}' >>/etc/nix/nix.conf`);
    const path = await evilClosure("cached");
    await sign(path, cache.secret);
    await steal.isRefused(await activate(path), /not every path of the closure is signed/);
  });

  test("that the host built and signed by a key of its own", async () => {
    await restricted.asRoot(
      "lab-1",
      `cat >/etc/nix/host-key <<'EOF' && chmod 600 /etc/nix/host-key && echo 'secret-key-files = /etc/nix/host-key' >>/etc/nix/nix.conf && systemctl restart nix-daemon.service\n${(await otherKey("host-1")).secret}EOF\n`,
    );
    await steal.isRefused(await activate(await evilClosure("own-key")), /not every path of the closure is signed/);
    await restricted.asRoot(
      "lab-1",
      "sed -i /secret-key-files/d /etc/nix/nix.conf && systemctl restart nix-daemon.service",
    );
  });

  test("that are named by their content and so need no signature", async () => {
    const added = await restricted.asDeploy(
      "lab-1",
      `cp -r ${await evilClosure("copied")} content && nix-store --add content`,
    );
    await steal.isRefused(await activate(added.stdout.trim()), /named by its content/);
  });

  test("that are the fleet's, and no closures", async () => {
    const path = (await restricted.asDeploy("lab-1", "ls -d /nix/store/*-busybox-* | head -n 1")).stdout.trim();
    await steal.isRefused(await activate(path), /not a NixFleet closure/);
  });

  test("that are links, in the store or out of it", async () => {
    const link = await restricted.asDeploy("lab-1", `ln -sfn ${live} link && nix-store --add link`);
    await steal.isRefused(await activate(link.stdout.trim()), /not on this host/);
    await steal.isRefused(lab1(activation("/home/deploy/link")), /not a run and a store path/);
  });

  test("that are made for another host", async () => {
    await restricted.asRoot("lab-1", "echo lab-9 >/etc/nixfleet/host");
    try {
      const record = await signedRecord(key, orderFor(before), { host: "lab-9" });
      await steal.isRefused(lab1(activation(before), record), /made for the host lab-1/);
    } finally {
      await restricted.asRoot("lab-1", "echo lab-1 >/etc/nixfleet/host");
    }
  });

  test("of NixOS that no description makes the fleet's", async () => {
    const path = await restricted.asRoot("lab-2", "readlink -f /nix/var/nix/profiles/system-1-link");
    const record = await signedRecord(key, orderFor(path), { host: "lab-2" });
    const words = [...activation(path), "-", "live"];
    await steal.isRefused({ host: "lab-2", words, payload: record }, /not a NixFleet closure/);
  });
});

describe("deploy records", () => {
  test("that are not there", () => steal.isRefused(lab1(activation(before)), /no deploy record/));

  test("that another key signed", async () => {
    const record = await signedRecord((await otherKey("other-2")).file, orderFor(before));
    await steal.isRefused(lab1(activation(before), record), /signed by none of the fleet's keys/);
  });

  test("that were changed after they were signed", async () => {
    const record = Buffer.from(await signedRecord(key, orderFor(live)))
      .toString()
      .replace(live, before);
    await steal.isRefused(lab1(activation(before), record), /signed by none of the fleet's keys/);
  });

  test("for another host, another closure, another verb", async () => {
    const other = await signedRecord(key, orderFor(before), { host: "lab-2" });
    await steal.isRefused(lab1(activation(before), other), /for the host lab-2, this is lab-1/);
    await steal.isRefused(
      lab1(activation(before), await signedRecord(key, orderFor(live))),
      /record is for \/nix\/store/,
    );
    await steal.isRefused(
      lab1(activation(before), await signedRecord(key, { what: "remove" })),
      /record is for remove/,
    );
  });

  test("that expired", async () => {
    const record = await signedRecord(key, orderFor(before), { now: Math.floor(Date.now() / 1000) - 7200 });
    await steal.isRefused(lab1(activation(before), record), /expired/);
  });

  test("that are old, or were taken before", async () => {
    const old = await signedRecord(key, orderFor(before), { serial: { serial: 1 } });
    await steal.isRefused(lab1(activation(before), old), /is old: its serial is 1/);
    const good = await signedRecord(key, orderFor(before));
    // It gets past the gate, and fails for want of the lock.
    expect((await steal.attempt(lab1(activation(before), good))).code).toBe(75);
    await steal.isRefused(lab1(activation(before), good), /is old/);
  });

  test("that override another serial than the host's; the right one is taken once", async () => {
    const last = Number(await restricted.asRoot("lab-1", "cat /var/lib/nixfleet/serial"));
    const wrong = await signedRecord(key, orderFor(before), { serial: { serial: 5, override: last + 1 } });
    await steal.isRefused(lab1(activation(before), wrong), /is old/);
    const right = await signedRecord(key, orderFor(before), { serial: { serial: 5, override: last } });
    expect((await steal.attempt(lab1(activation(before), right))).code).toBe(75);
    await steal.isRefused(lab1(activation(before), right), /is old/);
  });

  test("where what the host believes is not root's alone", async () => {
    await restricted.asRoot("lab-1", "chmod g+w /etc/nixfleet/fleet-keys");
    await steal.isRefused(await activate(before), /fleet-keys is missing, or not root's alone/);
    await restricted.asRoot(
      "lab-1",
      "cd /etc/nixfleet && chmod g-w fleet-keys && mv fleet-keys /root/ && ln -s /root/fleet-keys .",
    );
    await steal.isRefused(await activate(before), /fleet-keys is missing, or not root's alone/);
    await restricted.asRoot("lab-1", "mv -T /root/fleet-keys /etc/nixfleet/fleet-keys");
  });
});

describe("verbs and arguments", () => {
  test.each([
    ["that are the program's own", ["supervise", "RUN1"]],
    ["that work by hand", ["activate-now", "/nix/store"]],
    ["that undo", ["recover", "RUN1"]],
    ["that put secrets back", ["secret", "restore"]],
    ["that do not exist", ["sh", "-c", "id"]],
    ["that are another way in", ["gate", "0", "0123456789abcdef0123456789abcdef", "facts"]],
  ])("%s", (_what, words) => steal.isRefused(lab1(words), /no such verb|unknown action|characters/));

  test.each([
    "$(touch /pwned)",
    "`touch /pwned`",
    "; touch /pwned",
    "a|b",
    "../../etc/shadow\n",
    "a\tb",
    "'\"'",
    "*\\",
  ])("with signs that mean something to a shell: %j", (word) =>
    steal.isRefused(lab1(["lock", "acquire", "RUN1", word, "60", "why", "-"]), /characters/),
  );

  test("for health checks of a closure that does not run, whose commands would run as root", async () => {
    await steal.isRefused(lab1(["health", await evilClosure("health")]), /only of what is live/);
  });

  test("for tasks and hooks that nobody declared", async () => {
    for (const words of [
      ["task", "id"],
      ["hook", "0".repeat(64), "NIXFLEET_A=b"],
      ["task", "../x"],
    ]) {
      await steal.isRefused(lab1(words), /has no (task|hook)/);
    }
  });

  test("for apt, but packages and preferences", async () => {
    const osUpdate = ["os-update", "RUN1", "me", "never", "fail", "host"];
    await steal.isRefused(lab1(osUpdate, "@approved\nhello\t1\t2; id\n"), /not a package and its versions/);
    await steal.isRefused(lab1(osUpdate, "@approved\n-o=x\t1\t2\n"), /not a package and its versions/);
    await steal.isRefused(lab1(osUpdate, "@kernels\nopenssh-server\n"), /not the package of a kernel/);
    await steal.isRefused(
      lab1(osUpdate, "@chosen\nPackage: *\nPin: release *\nPin-Priority: 1001\n"),
      /older versions/,
    );
    await steal.isRefused(
      lab1(["updates", "cached", "host"], "@chosen\nDir::Etc x;\n"),
      /not a line of apt preferences/,
    );
  });

  test("for reboots of another form", async () => {
    await steal.isRefused(lab1(["reboot", "issue", "RUN1", "boot id", "r", "1"]), /not a boot id/);
    await steal.isRefused(lab1(["reboot", "now"]), /no such verb/);
  });

  test("the hash of a file that is nobody's business is not told", async () => {
    const { text } = await steal.attempt(lab1(["inspect"], "stat /etc/shadow\nread 99999 /etc/shadow\n"));
    expect(text).toMatch(/\/etc\/shadow\tfile\t0640\troot\tshadow\t-/);
    expect(text).not.toContain("root:");
  });
});

describe("ways around", () => {
  test.each([
    "sudo -n sh",
    "sudo -n -s",
    "sudo -n /usr/local/lib/nixfleet/nixfleet-host facts",
    `sudo -n -u deploy ${ENTRY}`,
    `sudo -n -g root ${ENTRY}`,
    `sudo -n -R /tmp ${ENTRY}`,
    `sudo -n -D /tmp ${ENTRY}`,
    `sudo -n -E FOO=bar ${ENTRY}`,
    "sudo -n -e /etc/passwd",
  ])("%s is not allowed", async (command) => expect((await restricted.asDeploy("lab-1", command)).code).toBe(1));

  test("variables for sudo are not taken, and those of the caller go no further", async () => {
    const set = await restricted.asDeploy("lab-1", `sudo -n NIX_CONF_DIR=/tmp LD_PRELOAD=/tmp/x.so ${ENTRY}`);
    expect(set).toMatchObject({ code: 1, stderr: expect.stringContaining("not allowed to set") });
    await restricted.asDeploy(
      "lab-1",
      `mkdir -p /tmp/bin && for name in nix awk stat ssh-keygen; do printf '#!/bin/sh\\ntouch /pwned\\n' >/tmp/bin/$name; chmod +x /tmp/bin/$name; done`,
    );
    const path = await evilClosure("environment");
    const other = await otherKey("other-3");
    await sign(path, other.secret);
    const environment = [
      "PATH=/tmp/bin:$PATH LD_PRELOAD=/tmp/x.so BASH_ENV=/tmp/bin/awk ENV=/tmp/bin/awk",
      `NIX_CONFIG='trusted-public-keys = ${other.public}' NIX_REMOTE=daemon NIX_STORE_DIR=/tmp HOME=/tmp IFS=x`,
    ].join(" ");
    await steal.isRefused({ ...(await activate(path)), environment }, /not every path of the closure is signed/);
  });

  test("nothing of all this was ever run as root, and what ran goes on", async () => {
    expect(await restricted.asRoot("lab-1", "ls /pwned 2>/dev/null || echo clean")).toBe("clean");
    expect(await restricted.asRoot("lab-1", "readlink /run/nixfleet/current")).toBe(live);
  });
});
