import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, evaluator, libraries, repository } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

const hasApt = spawnSync("apt-config", ["--version"]).status === 0;

describe.skipIf(noNix !== "").each(libraries)(`unattended-upgrades by the policy, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-apt-"));
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => {
    nixSide?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const configure = async (host: object): Promise<string> => {
    const closure = await nixSide.build(`{ imports = [ ${repository}/modules/os-updates-ubuntu.nix ]; }`, host);
    return closure.read("etc/apt/apt.conf.d/52nixfleet");
  };
  const policy = (ubuntu: object, vars: object = {}) => ({ osUpdates: { ubuntu }, vars });

  /** What apt itself makes of it, behind a file such as the package brings along. */
  const dump = (text: string): string => {
    writeFileSync(join(folder, "50unattended-upgrades"), 'Unattended-Upgrade::Allowed-Origins { "stock"; };\n');
    writeFileSync(join(folder, "52nixfleet"), text);
    const env = { ...process.env, APT_CONFIG: join(folder, "main.conf") };
    return spawnSync("apt-config", ["dump"], { encoding: "utf8", env }).stdout;
  };

  test.runIf(hasApt)("replaces the package's own origins instead of adding to them", async () => {
    writeFileSync(join(folder, "main.conf"), `Dir::Etc::parts "${folder}";\n`);
    const seen = dump(await configure(policy({ mode: "security-daily", holds: ["nvidia-driver-*", "libc++"] })));
    expect(seen).not.toContain("stock");
    expect(seen).toContain(
      'Unattended-Upgrade::Origins-Pattern:: "origin=${distro_id},archive=${distro_codename}-security";',
    );
    expect(seen).not.toContain("-updates");
    // Regular expressions that match from the beginning: without an end a name would hold all that begin with it.
    expect(seen).toContain('Unattended-Upgrade::Package-Blacklist:: "nvidia-driver-.*$";');
    expect(seen).toContain('Unattended-Upgrade::Package-Blacklist:: "libc\\+\\+$";');
    expect(seen).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
    expect(seen).toContain('APT::Periodic::Unattended-Upgrade "1";');
  });

  test("tells Debian's archives by codename and label, since their archive is stable whatever the release", async () => {
    const debian = (mode: string): object => ({ base: "debian", ...policy({ mode }) });
    const daily = await configure(debian("security-daily"));
    expect(daily).toContain('"origin=Debian,codename=${distro_codename}-security,label=Debian-Security"');
    expect(daily).not.toMatch(/archive=|label=Debian"/);
    expect(await configure(debian("full-weekly"))).toContain(
      '"origin=Debian,codename=${distro_codename},label=Debian"',
    );
  });

  test("takes all updates weekly, and none where the mode is manual or it is switched off", async () => {
    const weekly = await configure(policy({ mode: "full-weekly" }));
    expect(weekly).toContain('"origin=${distro_id},archive=${distro_codename}-updates";');
    expect(weekly).toContain('APT::Periodic::Unattended-Upgrade "7";');
    for (const off of [policy({ mode: "manual" }), policy({ mode: "security-daily" }, { unattended: "off" }), {}]) {
      expect(await configure(off)).toContain('APT::Periodic::Unattended-Upgrade "0";');
    }
  });
});
