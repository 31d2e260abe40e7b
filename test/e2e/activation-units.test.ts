import { beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { activationLab } from "../support/activation-lab.ts";
import type { ClosureSpec, ClosureUnit } from "../support/closure.ts";
import { service } from "../support/service-texts.ts";

let host: HostUnderTest;
const activate = async (spec: ClosureSpec) => host.activate(await host.closure(spec));
const succeed = async (spec: ClosureSpec) => expect(await activate(spec)).toMatchObject({ code: 0, problems: [] });
const invocations = async (...names: readonly string[]) =>
  Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await host.sh(`systemctl show -P InvocationID ${name}`)] as const),
    ),
  );
const states = (...names: readonly string[]) => host.sh(`systemctl is-active ${names.join(" ")} || true`);

beforeAll(async () => {
  ({ host } = await activationLab());
});

describe("restarts", () => {
  const names = ["nf-quiet", "nf-file", "nf-unit", "nf-reload", "nf-none", "nf-at@one", "nf-at@two"];
  const spec = (version: number): ClosureSpec => ({
    files: [
      { path: "/etc/nf/quiet", text: "same\n", restart: ["nf-quiet.service"] },
      { path: "/etc/nf/file", text: `${version}\n`, restart: ["nf-file.service"] },
      { path: "/etc/nf/foreign", text: `${version}\n`, restart: ["nf-foreign.service", "nf-never-there.service"] },
    ],
    units: [
      { name: "nf-quiet.service", text: service(1) },
      { name: "nf-file.service", text: service(1) },
      { name: "nf-unit.service", text: service(version) },
      {
        name: "nf-reload.service",
        text: service(version, { lines: "ExecReload=/bin/touch /run/nf-reloaded" }),
        onChange: "reload",
      },
      { name: "nf-none.service", text: service(version), onChange: "none" },
      { name: "nf-at@.service", text: service(version), enabled: false },
      { name: "nf-idle.service", text: service(version), enabled: false },
    ],
  });

  test("happen to the units that are concerned, and to no other", async () => {
    await host.sh("systemd-run --unit=nf-foreign sleep infinity");
    await succeed(spec(1));
    await host.sh("systemctl start nf-at@one nf-at@two");
    const before = await invocations(...names);
    await succeed(spec(2));
    const after = await invocations(...names);
    expect(names.filter((name) => before[name] !== after[name])).toEqual([
      "nf-file",
      "nf-unit",
      "nf-at@one",
      "nf-at@two",
    ]);
    expect(await host.sh("ls /run/nf-reloaded")).toBe("/run/nf-reloaded");
    // A unit that is neither enabled nor running is not started because its file changed.
    expect(await states("nf-idle")).toBe("inactive");
    expect(await host.sh("systemctl show -P NeedDaemonReload nf-none")).toBe("no");
    await succeed(spec(2));
    expect(await invocations(...names)).toEqual(after);
  });

  test("also happen when a file that a unit names is no longer managed", async () => {
    const { units = [] } = spec(2);
    const before = await invocations("nf-file", "nf-quiet");
    await succeed({ units, files: [{ path: "/etc/nf/quiet", text: "same\n", restart: ["nf-quiet.service"] }] });
    const after = await invocations("nf-file", "nf-quiet");
    expect(after["nf-file"]).not.toBe(before["nf-file"]);
    expect(after["nf-quiet"]).toBe(before["nf-quiet"]);
  });

  test("of a socket take its service along", async () => {
    const units = (port: number): ClosureUnit[] => [
      {
        name: "nf-sock.socket",
        text: `[Socket]\nListenStream=127.0.0.1:${port}\n[Install]\nWantedBy=sockets.target\n`,
      },
      { name: "nf-sock.service", text: "[Service]\nExecStart=/bin/sleep infinity\n", enabled: false },
    ];
    await succeed({ units: units(7001) });
    await host.sh("systemctl start nf-sock.service");
    await succeed({ units: units(7002) });
    expect(await states("nf-sock.socket", "nf-sock.service")).toBe("active\nactive");
    expect(await host.sh("ss -ltn | grep -c '127.0.0.1:700[12]'; ss -ltn | grep -c 127.0.0.1:7002")).toBe("1\n1");
  });
});

describe("units", () => {
  test("that are no longer listed are stopped in their own way, disabled and gone, instances too", async () => {
    await succeed({
      units: [
        { name: "nf-leaves.service", text: service(1, { lines: "ExecStop=/bin/touch /run/nf-left-politely" }) },
        { name: "nf-at@.service", text: service(1), enabled: false },
      ],
    });
    await host.sh("systemctl start nf-at@one");
    await succeed({});
    expect(await states("nf-leaves", "nf-at@one")).toBe("inactive\ninactive");
    expect(
      await host.sh(
        "ls /run/nf-left-politely; find /etc/systemd -name 'nf-*'; systemctl list-units --all --plain --no-legend 'nf-leaves*'",
      ),
    ).toBe("/run/nf-left-politely");
  });

  test("that shadow a package's unit give it back, running", async () => {
    await host.sh(
      `printf '%s' '${service("package")}' >/usr/lib/systemd/system/nf-packaged.service; systemctl daemon-reload; systemctl start nf-packaged`,
    );
    await succeed({ units: [{ name: "nf-packaged.service", text: service("ours") }] });
    expect(await host.sh("systemctl show -P Description nf-packaged")).toBe("test ours");
    await succeed({});
    expect(await host.sh("systemctl show -P Description nf-packaged; systemctl is-active nf-packaged")).toBe(
      "test package\nactive",
    );
    await host.sh(
      "systemctl stop nf-packaged; rm /usr/lib/systemd/system/nf-packaged.service; systemctl daemon-reload",
    );
  });

  test("that somebody stopped or disabled are drift, and run again after the next activation", async () => {
    const spec = { units: [{ name: "nf-meddled.service", text: service(1) }] };
    await succeed(spec);
    await host.sh("systemctl disable --now nf-meddled");
    expect((await host.facts()).units).toMatchObject([
      { recordedEnabled: true, active: "inactive", enabled: "disabled" },
    ]);
    await succeed(spec);
    expect((await host.facts()).units).toMatchObject([{ active: "active", enabled: "enabled" }]);
  });

  test("that ran once and ended are not run again by an activation that does not change them", async () => {
    const once = {
      name: "nf-once.service",
      text: "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo ran >>/run/nf-once'\n[Install]\nWantedBy=multi-user.target\n",
    };
    await succeed({ units: [once] });
    await succeed({ units: [once], files: [{ path: "/etc/nf-other", text: "x\n" }] });
    expect(await host.sh("cat /run/nf-once")).toBe("ran");
    await succeed({});
  });

  test("with a timer run by it, and the timer is started", async () => {
    await succeed({
      units: [
        { name: "nf-timed.timer", text: "[Timer]\nOnCalendar=yearly\n[Install]\nWantedBy=timers.target\n" },
        { name: "nf-timed.service", text: "[Service]\nType=oneshot\nExecStart=/bin/true\n", enabled: false },
      ],
    });
    expect(await states("nf-timed.timer")).toBe("active");
    await succeed({});
  });
});

describe("a unit that fails", () => {
  const good: ClosureSpec = {
    files: [{ path: "/etc/nf-conf", text: "good\n", restart: ["nf-web.service"] }],
    units: [{ name: "nf-web.service", text: service("good") }],
  };
  const bad = (exec: string): ClosureSpec => ({
    files: [
      { path: "/etc/nf-conf", text: "bad\n", restart: ["nf-web.service"] },
      { path: "/etc/nf-extra", text: "x\n" },
    ],
    units: [
      { name: "nf-web.service", text: service("bad", { exec }) },
      { name: "nf-more.service", text: service("more") },
    ],
  });

  test.each([
    ["at once", "/bin/false"],
    ["because its program does not exist", "/nonexistent"],
    ["in its first second", "/bin/sh -c 'sleep 0.3; exit 3'"],
  ])("%s puts the previous closure back, with its own generation", async (_, exec) => {
    await succeed(good);
    const before = await host.facts();
    const failed = await activate(bad(exec));
    expect(failed.code).toBe(71);
    expect(failed.problems.join("\n")).toContain("unit nf-web.service failed");
    expect(await host.facts()).toMatchObject({
      live: before.live,
      committed: before.committed,
      generation: before.generation,
      filesDigest: before.filesDigest,
      interrupted: null,
      failedUnits: { value: [] },
      lastRun: { code: 71 },
    });
    expect(
      await host.sh(
        "cat /etc/nf-conf; systemctl show -P Description nf-web; ls /etc/nf-extra /etc/systemd/system/nf-more.service 2>/dev/null; systemctl is-active nf-web nf-more || true",
      ),
    ).toBe("good\ntest good\nactive\ninactive");
  });

  test("on a host's very first activation leads back to a host that is not managed", async () => {
    await host.remove();
    expect((await activate(bad("/bin/false"))).code).toBe(71);
    expect(await host.facts()).toMatchObject({ live: null, committed: null, generation: 0, files: [], units: [] });
    expect(await host.sh("find /etc -name 'nf-*'")).toBe("");
  });

  test("also when going back fails leaves a host that a good closure brings in order", async () => {
    await succeed(good);
    await host.sh(
      "mkdir -p /etc/systemd/system/nf-web.service.d; printf '[Service]\\nExecStartPre=/bin/false\\n' >/etc/systemd/system/nf-web.service.d/broken.conf; systemctl daemon-reload",
    );
    const failed = await activate(bad("/bin/false"));
    expect(failed.code).toBe(70);
    expect((await host.facts()).interrupted).not.toBeNull();
    await host.sh("rm -r /etc/systemd/system/nf-web.service.d; systemctl daemon-reload");
    await succeed(good);
    expect(await host.facts()).toMatchObject({ interrupted: null, failedUnits: { value: [] } });
    await host.remove();
  });
});
