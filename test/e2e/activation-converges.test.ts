import { beforeAll, describe, expect, test } from "vitest";
import { type HostUnderTest, nextRunId } from "../support/activation.ts";
import { activationLab, hostOf } from "../support/activation-lab.ts";
import type { ClosureSpec } from "../support/closure.ts";
import type { TestLab } from "../support/lab.ts";
import { service } from "../support/service-texts.ts";

// Each kind of thing is there to stay, to change, to come and to go.
const first: ClosureSpec = {
  groups: [
    { name: "nf-app", gid: 4801 },
    { name: "nf-old", gid: 4802 },
  ],
  users: [
    { name: "nf-app", uid: 4801, group: "nf-app", system: true },
    { name: "nf-old", uid: 4802, group: "nf-old", extraGroups: ["adm"] },
  ],
  directories: [{ path: "/srv/nf-app", owner: "nf-app", mode: "0750" }, { path: "/srv/nf-old" }],
  files: [
    { path: "/etc/nf/stays", text: "stays\n", restart: ["nf-stays.service"] },
    { path: "/etc/nf/changes", text: "one\n", restart: ["nf-changes.service"] },
    { path: "/etc/nf/old/goes", text: "goes\n" },
    { path: "/etc/nf-original", text: "managed\n", adopt: true },
  ],
  units: [
    { name: "nf-stays.service", text: service(1) },
    { name: "nf-changes.service", text: service(1) },
    { name: "nf-goes.service", text: service(1) },
  ],
};
const second: ClosureSpec = {
  groups: [
    { name: "nf-app", gid: 4801 },
    { name: "nf-new", gid: 4803 },
  ],
  users: [
    { name: "nf-app", uid: 4801, group: "nf-app", system: true, shell: "/bin/false" },
    { name: "nf-new", uid: 4803, group: "nf-new", extraGroups: ["adm"] },
  ],
  directories: [{ path: "/srv/nf-app", owner: "nf-new", mode: "0700" }, { path: "/srv/nf-new" }],
  files: [
    { path: "/etc/nf/stays", text: "stays\n", restart: ["nf-stays.service"] },
    { path: "/etc/nf/changes", text: "two\n", mode: "0600", restart: ["nf-changes.service"] },
    { path: "/etc/nf/new/comes", text: "comes\n", owner: "nf-new" },
    { path: "/etc/nf-other-original", text: "managed too\n", adopt: true },
  ],
  units: [
    { name: "nf-stays.service", text: service(1) },
    { name: "nf-changes.service", text: service(2), onChange: "reload" },
    { name: "nf-comes.service", text: service(1) },
  ],
};

const points = [
  ...["check", "intent", "groups", "users", "directories", "files", "files.staged", "files.middle", "units"],
  ...["units.middle", "daemon-reload", "restart", "reload", "start", "retire", "live", "confirm", "commit", "state"],
  ...["owned", "owned.written"],
];

/** All that an activation may have changed; not what tells when and by whom, and not what the machine itself writes. */
const snapshotScript = `
  find /etc /srv -path /etc/ssh -prune -o ! -path '*/.pwd.lock' ! -name '*-' ! -name shadow ! -name gshadow \\
    -printf '%p %y %m %u %g %l\\n' | sort
  find /etc /srv -path /etc/ssh -prune -o -type f ! -name '*-' ! -name shadow ! -name gshadow \\
    ! -name sub?id ! -name group -exec sha256sum {} + | sort -k 2
  find /var/lib/nixfleet/backup -type f -exec sha256sum {} + | sort -k 2
  systemctl is-active nf-stays nf-changes nf-goes nf-comes
  systemctl is-enabled nf-stays nf-changes nf-goes nf-comes
  for user in nf-app nf-old nf-new; do getent passwd $user; chage -l $user | sed -n 4p; id $user; done
  grep -Ev '^(run|before)' /var/lib/nixfleet/owned | sort
  readlink /run/nixfleet/current; readlink -f /nix/var/nix/profiles/nixfleet/system
  ls /var/lib/nixfleet /nix/var/nix/gcroots/nixfleet; find / -xdev -name '.nixfleet*'
  true`;

let lab: TestLab;
let host: HostUnderTest;
let before: string;
let after: string;
/** What an undisturbed host looks like with `before`, with `after`, and un-managed again. */
const reference = { before: "", after: "", removed: "" };

const snapshot = (): Promise<string> => host.sh(`{ ${snapshotScript}; } 2>&1`);
const succeed = async (system: string): Promise<void> =>
  expect(await host.activate(system)).toMatchObject({ code: 0, problems: [] });

beforeAll(async () => {
  ({ lab, host } = await activationLab());
  await host.sh(
    "echo original >/etc/nf-original; chmod 0640 /etc/nf-original; cp -a /etc/nf-original /etc/nf-other-original",
  );
  before = await host.closure(first);
  after = await host.closure(second);
  // Accounts that were removed stay, locked: all snapshots are of a host that has met both closures.
  await succeed(before);
  await succeed(after);
  await host.remove();
  reference.removed = await snapshot();
  await succeed(before);
  reference.before = await snapshot();
  await succeed(after);
  reference.after = await snapshot();
});

describe("an activation that is killed", () => {
  test.each(points)("before %s is finished by the next run", { timeout: 60_000 }, async (killAt) => {
    await succeed(before);
    const run = nextRunId();
    const cut = await host.activate(after, { run, killAt });
    expect(cut.code).toBe(72);
    expect(cut.log).toContain(`killed for a test at ${killAt}`);
    // Only between the first and the last change is there anything to finish.
    const clean = ["check", "intent"].includes(killAt);
    expect((await host.facts()).interrupted).toBe(clean ? null : run);
    await succeed(after);
    expect(await snapshot()).toBe(reference.after);
    expect((await host.facts()).interrupted).toBeNull();
  });

  test.each(["users", "files.middle", "start", "commit"])(
    "before %s is undone by going back to the closure before",
    { timeout: 60_000 },
    async (killAt) => {
      await succeed(before);
      expect((await host.activate(after, { killAt })).code).toBe(72);
      await succeed(before);
      expect(await snapshot()).toBe(reference.before);
    },
  );

  test.each(["files.middle", "restart"])("before %s is undone by un-managing the host", async (killAt) => {
    await succeed(before);
    expect((await host.activate(after, { killAt })).code).toBe(72);
    expect((await host.remove()).code).toBe(0);
    expect(await snapshot()).toBe(reference.removed);
  });

  test("twice, at different points, is finished by the third run", async () => {
    await succeed(before);
    expect((await host.activate(after, { killAt: "units.middle" })).code).toBe(72);
    expect((await host.activate(after, { killAt: "files" })).code).toBe(72);
    await succeed(after);
    expect(await snapshot()).toBe(reference.after);
  });
});

test("a host that lost its power during an activation says so, and the next run finishes it", async () => {
  await succeed(before);
  // Its start takes long enough to pull the plug.
  const slow = await host.closure({
    ...second,
    units: [
      ...(second.units ?? []),
      {
        name: "nf-slow.service",
        text: service(1, { lines: 'ExecStartPre=/bin/sh -c "test -e /var/nf-no-wait || exec sleep 600"' }),
      },
    ],
  });
  const run = nextRunId();
  const cut = host.activate(slow, { run }).catch(() => undefined);
  await expect.poll(() => host.sh("systemctl show -P ActiveState nf-slow"), { timeout: 30_000 }).toBe("activating");
  // After its boot, it does not take that long.
  await host.sh("touch /var/nf-no-wait; sync");
  await lab.power("lab-1", "off");
  await cut;
  await lab.power("lab-1", "on");
  host = await hostOf(lab, "lab-1");
  expect((await host.verb(["follow", run, "0"])).code).toBe(72);
  expect(await host.facts()).toMatchObject({ interrupted: run, activation: null, lock: null });
  await succeed(after);
  expect(await snapshot()).toBe(reference.after);
});
