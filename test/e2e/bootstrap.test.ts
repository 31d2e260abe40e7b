import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject, type ProjectWishes } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-2=debian"], bare: ["lab-1", "lab-2"] });
});
beforeEach(async () => {
  project = layFleetProject(lab);
});
afterEach(async () => {
  project.remove();
  await lab.reset();
});
afterAll(() => project?.remove());

/** On a machine, as root by the lab's own way in. */
async function sh(name: string, command: string): Promise<string> {
  const answer = await lab.ssh(name, command);
  if (answer.code !== 0) throw new Error(`${command}\n${answer.stderr}`);
  return answer.stdout;
}

const steps = (json: string, host: string): Record<string, string> => {
  const found = JSON.parse(json).hosts.find(({ name }: { name: string }) => name === host);
  return Object.fromEntries(found.steps.map(({ name, state }: { name: string; state: string }) => [name, state]));
};

describe("a host as its distribution ships it", () => {
  test("is prepared, proven, and can be applied to; a second time there is nothing to do", async () => {
    const first = await project.nixfleet("bootstrap", "--group", "all", "--yes");
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("2 changed") });
    expect(first.stderr).toContain("install nix-setup-systemd");
    const applied = await project.nixfleet("apply", "--group", "all", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("2 changed") });
    const before = await sh("lab-1", "systemctl show -p MainPID --value nix-daemon.service");
    const again = await project.nixfleet("bootstrap", "--group", "all", "--yes");
    expect(again, again.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("2 unchanged") });
    expect(await sh("lab-1", "systemctl show -p MainPID --value nix-daemon.service")).toBe(before);
  });

  test("is only looked at with --check", async () => {
    const checked = await project.nixfleet("bootstrap", "lab-1", "--check", "--json");
    expect(checked.code).toBe(0);
    expect(new Set(Object.values(steps(checked.stdout, "lab-1")))).toEqual(new Set(["do"]));
    expect(await sh("lab-1", "getent passwd deploy || echo nobody; ls -d /nix || echo no store")).toContain("nobody");
  });

  test("is not touched before somebody agrees", async () => {
    const refused = await project.nixfleet("bootstrap", "lab-1");
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("error[cli/needs-confirmation]") });
    expect(await sh("lab-1", "getent passwd deploy || echo nobody")).toBe("nobody");
  });
});

describe("what an administrator wrote", () => {
  test("stays: nix.conf gets one more line, and its settings hold", async () => {
    await sh("lab-1", "mkdir /etc/nix && printf '# mine\\ncores = 1' >/etc/nix/nix.conf");
    const done = await project.nixfleet("bootstrap", "lab-1", "--yes");
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await sh("lab-1", "cat /etc/nix/nix.conf")).toBe("# mine\ncores = 1\n!include /etc/nix/nixfleet.conf");
    expect(await sh("lab-1", "nix --extra-experimental-features nix-command config show cores")).toBe("1");
  });

  test("a key that is trusted already, an account and a rule are found there", async () => {
    const key = readFileSync(`${lab.signingKey}.pub`, "utf8").trim();
    await sh(
      "lab-1",
      `mkdir /etc/nix && echo 'extra-trusted-public-keys = ${key}' >/etc/nix/nix.conf &&
       useradd -m deploy && echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/mine && chmod 0440 /etc/sudoers.d/mine`,
    );
    await project.nixfleet("bootstrap", "lab-1", "--yes");
    expect(await sh("lab-1", "ls /etc/sudoers.d; cat /etc/nix/nix.conf")).not.toMatch(/nixfleet-deploy|nixfleet\.conf/);
    const checked = await project.nixfleet("bootstrap", "lab-1", "--check", "--json");
    expect(new Set(Object.values(steps(checked.stdout, "lab-1")))).toEqual(new Set(["there"]));
  });

  test("a later line that takes the key away again is found out", async () => {
    await project.nixfleet("bootstrap", "lab-1", "--yes");
    await sh("lab-1", "echo 'trusted-public-keys = other-1:AAAA' >>/etc/nix/nix.conf && systemctl restart nix-daemon");
    const again = await project.nixfleet("bootstrap", "lab-1", "--yes");
    expect(again.code).toBe(5);
    expect(again.stdout).toContain("error[bootstrap/not-proven]");
  });

  test("a broken sudoers file of somebody else neither stops us nor is touched", async () => {
    await sh("lab-1", "echo 'nonsense here' >/etc/sudoers.d/broken && chmod 0440 /etc/sudoers.d/broken");
    await project.nixfleet("bootstrap", "lab-1", "--yes");
    expect(await sh("lab-1", "cat /etc/sudoers.d/broken")).toBe("nonsense here");
  });
});

describe("who logs in", () => {
  test("may be an ordinary account with sudo, where root may not", async () => {
    await sh(
      "lab-2",
      `useradd -m -s /bin/bash -p '*' ubuntu && echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud &&
       chmod 0440 /etc/sudoers.d/90-cloud && install -d -o ubuntu /home/ubuntu/.ssh &&
       install -o ubuntu -m 600 /root/.ssh/authorized_keys /home/ubuntu/.ssh/ &&
       echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/00-no-root.conf && systemctl reload ssh`,
    );
    const asRoot = await project.nixfleet("bootstrap", "lab-2", "--yes");
    expect(asRoot.code).toBe(4);
    const done = await project.nixfleet("bootstrap", "lab-2", "--yes", "--user", "ubuntu");
    expect(done, done.stderr).toMatchObject({ code: 0 });
  });

  test("is let in with the keys that were named", async () => {
    const key = join(project.folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const pub = readFileSync(`${key}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
    const done = await project.nixfleet(
      "bootstrap",
      "lab-1",
      "--yes",
      "--public-key",
      `${key}.pub`,
      "--public-key",
      `${lab.identityFile}.pub`,
    );
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await sh("lab-1", "cat /home/deploy/.ssh/authorized_keys")).toContain(pub);
  });

  test("is asked for a password by sudo when that is wanted, which a person has to set", async () => {
    const done = await project.nixfleet("bootstrap", "lab-1", "--yes", "--sudo", "password");
    expect(done, done.stderr).toMatchObject({ code: 0, stderr: expect.stringMatching(/passwd\s+deploy/) });
    expect(await sh("lab-1", "cat /etc/sudoers.d/nixfleet-deploy")).toContain("deploy ALL=(ALL:ALL) ALL");
  });
});

describe("a host whose key nobody knows", () => {
  const unpinned: ProjectWishes = { hosts: { "lab-1": { hostKeys: undefined }, "lab-2": { hostKeys: undefined } } };

  function sshConfig(): { config: string; knownHosts: string } {
    const config = join(project.folder, "ssh_config");
    const knownHosts = join(project.folder, "known_hosts");
    writeFileSync(config, `Host *\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n`);
    return { config, knownHosts };
  }

  function fingerprintOf(name: string): string {
    const address = lab.machines.find((machine) => machine.name === name)?.address ?? "";
    const printed = execFileSync("ssh-keygen", ["-l", "-F", address, "-f", lab.knownHosts], { encoding: "utf8" });
    return /SHA256:\S+/.exec(printed)?.[0] ?? "";
  }

  test("is shown with its fingerprint, and left alone without a person to compare", async () => {
    project.remove();
    project = layFleetProject(lab, unpinned);
    const { config, knownHosts } = sshConfig();
    const refused = await project.nixfleet("bootstrap", "lab-1", "--yes", "-F", config);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(fingerprintOf("lab-1"));
    expect(refused.stderr).toContain("--accept-new-host-key");
    expect(existsSync(knownHosts)).toBe(false);
    expect(await sh("lab-1", "getent passwd deploy || echo nobody")).toBe("nobody");
  });

  test("is believed by the fingerprint that was given, and then known", async () => {
    project.remove();
    project = layFleetProject(lab, unpinned);
    const { config, knownHosts } = sshConfig();
    const given = ["--accept-new-host-key", fingerprintOf("lab-1")];
    const done = await project.nixfleet("bootstrap", "lab-1", "--yes", "-F", config, ...given);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(readFileSync(knownHosts, "utf8")).toContain("ssh-ed25519");
    expect(await project.nixfleet("facts", "lab-1", "-F", config)).toMatchObject({ code: 0 });
  });
});

describe("a host that cannot be prepared", () => {
  test("since its archive has no Nix is told about with what to do, and the others go on", async () => {
    await sh(
      "lab-1",
      "apt-get update -qq; rm -r /srv/distribution; rm -r /var/lib/apt/lists/*; echo >/var/lib/apt/lists/x_Packages",
    );
    const done = await project.nixfleet("bootstrap", "--group", "all", "--yes");
    expect(done.code).toBe(5);
    expect(done.stderr).toContain("error[bootstrap/no-nix]: lab-1");
    expect(done.stderr).toContain("official installer");
    expect(done.stdout).toContain("1 changed");
  });
});
