import { beforeAll, describe, expect, test } from "vitest";
import { parseInspection } from "../../src/domain/host/inspect.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { activationLab } from "../support/activation-lab.ts";
import type { ClosureSpec } from "../support/closure.ts";

let host: HostUnderTest;
const activate = async (spec: ClosureSpec) => host.activate(await host.closure(spec));

beforeAll(async () => {
  ({ host } = await activationLab());
});

describe("what stands in the way", () => {
  test("is refused by name, all of it at once, and nothing is touched", async () => {
    await host.sh(
      "echo theirs >/etc/nf-theirs; mkdir /etc/nf-dir; ln -s /dev/null /etc/systemd/system/nf-masked.service",
    );
    await host.sh(
      "touch /etc/nf-mounted && mount --bind /etc/hostname /etc/nf-mounted; ln -s / /srv/nf-link; chown -h deploy /srv/nf-link",
    );
    const before = await host.sh("find /etc /srv -printf '%p %m %s %T@ %l\\n' | sort | sha256sum");
    const refused = await activate({
      users: [
        { name: "nf-a", group: "nf-nowhere" },
        { name: "nf-b", uid: 0, group: "root" },
        { name: "root", uid: 7, group: "root" },
      ],
      groups: [
        { name: "nf-c", gid: 0 },
        { name: "adm", gid: 4999 },
      ],
      directories: [{ path: "/etc/hostname" }],
      files: [
        { path: "/etc/nf-theirs", text: "ours\n" },
        { path: "/etc/nf-dir", text: "x\n", adopt: true },
        { path: "/etc/nf-mounted", text: "x\n", adopt: true },
        { path: "/etc/passwd/below", text: "x\n" },
        { path: "/srv/nf-link/etc/nf-through", text: "x\n" },
        { path: "/etc/nf-owned", text: "x\n", owner: "nf-nobody" },
      ],
      units: [{ name: "nf-masked.service", text: "[Service]\nExecStart=/bin/true\n" }],
    });
    expect(refused.code).toBe(69);
    expect(refused.problems.toSorted()).toEqual([
      "/etc/hostname: exists and is not a directory",
      "/etc/nf-dir: is a directory",
      "/etc/nf-mounted: is a mount point",
      "/etc/nf-owned: its owner nf-nobody does not exist",
      "/etc/nf-theirs: exists and is not managed by NixFleet; `adopt = true` takes it over",
      "/etc/passwd/below: /etc/passwd is not a directory",
      "/etc/systemd/system/nf-masked.service: the unit was masked by hand",
      "/srv/nf-link/etc/nf-through: /srv/nf-link is a link of deploy, not of root",
      "group adm: exists with gid 4, not 4999",
      "group nf-c: gid 0 belongs to root",
      "user nf-a: its group nf-nowhere does not exist",
      "user nf-b: uid 0 belongs to root",
      "user root: exists with uid 0, not 7",
    ]);
    expect(await host.sh("find /etc /srv -printf '%p %m %s %T@ %l\\n' | sort | sha256sum")).toBe(before);
    expect(await host.facts()).toMatchObject({ live: null, generation: 0, interrupted: null, files: [] });
    await host.sh(
      "umount /etc/nf-mounted; rm -rf /etc/nf-theirs /etc/nf-dir /etc/nf-mounted /etc/systemd/system/nf-masked.service",
    );
  });

  test.each([
    ["sudo", "/etc/sudoers.d/nf", "not sudoers at all\n", "visudo rejects"],
    ["sshd", "/etc/ssh/sshd_config.d/nf.conf", "NoSuchOption yes\n", "sshd rejects"],
  ])("is also a configuration that %s rejects", async (_, path, text, problem) => {
    const refused = await activate({ files: [{ path, text, mode: "0440" }] });
    expect(refused.code).toBe(69);
    expect(refused.problems.join()).toContain(problem);
    expect(await host.sh(`ls ${path} 2>&1 || true`)).toContain("No such file");
  });

  test("is a manifest that was cut, of another format, or that names a path with dots", async () => {
    const wrong = [
      (lines: string) => `${lines.split("\n").slice(0, 2).join("\n")}\n`,
      (lines: string) => lines.replace("format\t1", "format\t2"),
      (lines: string) => lines.replace("/etc/nf-x", "/etc/../nf-x"),
      (lines: string) => lines.replace("0644", "4755"),
    ];
    for (const manifest of wrong) {
      expect((await activate({ files: [{ path: "/etc/nf-x", text: "x\n" }], manifest })).code).toBe(65);
    }
    expect((await host.facts()).live).toBeNull();
  });
});

test("a filesystem without room for what is to be written is named, and nothing is touched", async () => {
  await host.sh("mkdir -p /srv/nf-small && mount -t tmpfs -o size=1m tmpfs /srv/nf-small");
  const full = await activate({ files: [{ path: "/srv/nf-small/file", text: "x".repeat(1000) }] });
  expect(full.code).toBe(73);
  expect(full.problems.join()).toMatch(/^no room: \/srv\/nf-small\/ has [0-9]+ bytes free/);
  expect(await host.facts()).toMatchObject({ live: null, interrupted: null });
  await host.sh("umount /srv/nf-small; rmdir /srv/nf-small");
});

test("an inspection shows what stands at a path, and content only of files that anybody may read or that are ours", async () => {
  await activate({ files: [{ path: "/etc/nf-secret-ours", text: "ours\n", mode: "0600" }] });
  await host.sh("ln -sf /etc/shadow /etc/nf-to-shadow; mkfifo /etc/nf-pipe; printf 'a\\nb' >/etc/nf-open");
  const paths = ["nf-open", "nf-secret-ours", "nf-none", "nf-to-shadow", "nf-pipe", "shadow", "systemd"].map(
    (name) => `/etc/${name}`,
  );
  const answer = await host.verb(["inspect"], { payload: paths.map((path) => `read 100 ${path}\n`).join("") });
  const parsed = parseInspection(answer.records);
  if (!parsed.ok) throw new Error(parsed.error.what);
  expect([...parsed.value.paths.values()].map(({ path, kind }) => [path, kind])).toEqual(
    ["file", "file", "missing", "symlink", "other", "file", "directory"].map((kind, index) => [paths[index], kind]),
  );
  expect([...parsed.value.contents].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
    ["/etc/nf-open", "a\nb"],
    ["/etc/nf-secret-ours", "ours\n"],
  ]);
  const small = await host.verb(["inspect"], { payload: "read 2 /etc/nf-open\n" });
  expect(small.records.map(({ name }) => name)).toEqual(["stat", "end"]);
  expect((await host.verb(["inspect"], { payload: "cat /etc/shadow\n" })).code).toBe(64);
  await host.sh("rm /etc/nf-to-shadow /etc/nf-pipe /etc/nf-open");
  await host.remove();
});

describe("a file that was there before", () => {
  test("is taken over when it is adopted, and comes back as it was when it is no longer managed", async () => {
    await host.sh(
      "echo original >/etc/nf-adopted; chmod 0604 /etc/nf-adopted; chown deploy /etc/nf-adopted; ln -s /etc/hostname /etc/nf-linked",
    );
    await activate({
      files: ["adopted", "linked"].map((name) => ({ path: `/etc/nf-${name}`, text: "ours\n", adopt: true })),
    });
    expect(await host.sh("cat /etc/nf-adopted /etc/nf-linked; stat -c '%F %a %U' /etc/nf-adopted /etc/nf-linked")).toBe(
      "ours\nours\nregular file 644 root\nregular file 644 root",
    );
    expect((await activate({ files: [{ path: "/etc/nf-stays", text: "x\n" }] })).code).toBe(0);
    expect(await host.sh("cat /etc/nf-adopted; stat -c '%F %a %U' /etc/nf-adopted; readlink /etc/nf-linked")).toBe(
      "original\nregular file 604 deploy\n/etc/hostname",
    );
    expect(await host.sh("find /var/lib/nixfleet/backup -mindepth 1 ! -type d")).toBe("");
  });

  test("is taken over without a word when it is just what is wanted, and outlives its management", async () => {
    await host.sh("echo same >/etc/nf-same");
    expect(await activate({ files: [{ path: "/etc/nf-same", text: "same\n" }] })).toMatchObject({
      code: 0,
      problems: [],
    });
    expect((await host.remove()).code).toBe(0);
    expect(await host.sh("cat /etc/nf-same")).toBe("same");
  });

  test("is not lost when the activation that adopts it fails, or that gives it back", async () => {
    await host.sh("echo precious >/etc/nf-precious");
    const adopting: ClosureSpec = { files: [{ path: "/etc/nf-precious", text: "ours\n", adopt: true }] };
    const failing = { units: [{ name: "nf-fails.service", text: "[Service]\nExecStart=/bin/false\n" }] };
    expect((await activate({ ...adopting, ...failing })).code).toBe(71);
    expect(await host.sh("cat /etc/nf-precious")).toBe("precious");
    expect((await activate(adopting)).code).toBe(0);
    expect((await activate(failing)).code).toBe(71);
    expect(await host.sh("cat /etc/nf-precious")).toBe("ours");
    expect((await host.remove()).code).toBe(0);
    expect(await host.sh("cat /etc/nf-precious")).toBe("precious");
  });
});

describe("drift", () => {
  test("is seen in the facts, restored by the next activation, and the edited copy is kept", async () => {
    const spec: ClosureSpec = {
      files: ["edited", "gone", "mode", "link"].map((name) => ({ path: `/etc/nf-drift/${name}`, text: `${name}\n` })),
    };
    const system = await host.closure(spec);
    await host.activate(system);
    const untouched = (await host.facts()).filesDigest;
    await host.sh("cd /etc/nf-drift; echo by hand >edited; rm gone; chmod 0666 mode; ln -sf /etc/passwd link");
    const facts = await host.facts();
    expect(facts.filesDigest).not.toBe(untouched);
    expect(
      facts.files.map((file) => [file.path, file.currentSha256 === file.recordedSha256, file.currentMode]),
    ).toEqual([
      ["/etc/nf-drift/edited", false, "0644 root root"],
      ["/etc/nf-drift/gone", false, ""],
      ["/etc/nf-drift/link", false, "0777 root root"],
      ["/etc/nf-drift/mode", true, "0666 root root"],
    ]);
    const activation = await host.activate(system);
    expect(activation.code).toBe(0);
    expect((await host.facts()).filesDigest).toBe(untouched);
    expect(await host.sh("cat /etc/passwd | head -n 1")).toContain("root");
    const kept = await host.sh("cd /var/lib/nixfleet/edited/*/etc/nf-drift && cat edited && readlink link && ls");
    expect(kept).toBe("by hand\n/etc/passwd\nedited\nlink");
    // The same closure again: one more generation would say that something changed.
    expect(facts.generation).toBe((await host.facts()).generation);
    await host.remove();
    expect(await host.sh("ls -d /etc/nf-drift 2>&1 || true")).toContain("No such file");
  });
});

describe("accounts", () => {
  const account = (more: object) => ({
    users: [{ name: "nf-user", group: "nf-group", ...more }],
    groups: [{ name: "nf-group" }],
  });

  test("that NixFleet made are locked when they leave, and opened again when they come back", async () => {
    await activate(account({ extraGroups: ["adm"], createHome: true, description: "Some One" }));
    expect(await host.sh("id -nG nf-user; getent passwd nf-user | cut -d: -f5-; stat -c %U /home/nf-user")).toBe(
      "nf-group adm\nSome One:/home/nf-user:/bin/sh\nnf-user",
    );
    await host.remove();
    expect(await host.sh("id -nG nf-user; chage -l nf-user | grep '^Account expires'; ls -d /home/nf-user")).toMatch(
      /^nf-group\nAccount expires.*1970\n\/home\/nf-user$/,
    );
    await activate(account({}));
    expect(await host.sh("id -nG nf-user; chage -l nf-user | grep '^Account expires'")).toMatch(
      /^nf-group\nAccount expires.*never$/,
    );
    await host.remove();
  });

  test("that were there before get back what they were", async () => {
    await host.sh("useradd --comment Before --shell /bin/bash --groups video nf-old");
    const before = await host.sh("getent passwd nf-old; id -nG nf-old");
    await activate({
      users: [
        { name: "nf-old", group: "nf-other", extraGroups: ["adm", "video"], shell: "/bin/false", description: "After" },
      ],
      groups: [{ name: "nf-other" }],
    });
    expect(await host.sh("getent passwd nf-old | cut -d: -f5,7; id -nG nf-old")).toBe(
      "After:/bin/false\nnf-other adm video",
    );
    await host.remove();
    expect(await host.sh("getent passwd nf-old; id -nG nf-old")).toBe(before);
    expect(await host.sh("getent group nf-other || echo gone")).toBe("gone");
  });

  test("and memberships that are not listed are left alone", async () => {
    await activate(account({ extraGroups: ["adm"] }));
    await host.sh("usermod -aG video nf-user; useradd nf-stranger");
    await activate(account({}));
    expect(await host.sh("id -nG nf-user; getent passwd nf-stranger | cut -d: -f1")).toBe(
      "nf-group video\nnf-stranger",
    );
    await host.remove();
  });
});
