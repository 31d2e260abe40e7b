import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-2=debian"], sudo: ["lab-2=password"] });
});

const bootId = async (name: string): Promise<string> =>
  (await lab.ssh(name, "cat /proc/sys/kernel/random/boot_id")).stdout;

describe("a lab machine", () => {
  test("is a running system with its own name, reached as deploy", async () => {
    const answer = await lab.ssh(
      "lab-1",
      "hostname; id -un; systemctl is-system-running; systemctl --failed --plain -q",
    );
    expect(answer).toEqual({ code: 0, stdout: "lab-1\ndeploy\nrunning", stderr: "" });
  });

  test("looks like Ubuntu, or like Debian on request", async () => {
    const asked = ". /etc/os-release; echo $ID $VERSION_CODENAME; systemctl is-active ssh.socket";
    expect((await lab.ssh("lab-1", asked)).stdout).toBe("ubuntu noble\nactive");
    expect((await lab.ssh("lab-2", asked)).stdout).toBe("debian trixie\ninactive");
  });

  test("gives root to sudo without a question, or after the password", async () => {
    expect((await lab.ssh("lab-1", "sudo -n id -u")).stdout).toBe("0");
    expect((await lab.ssh("lab-2", "sudo -n id -u")).code).not.toBe(0);
    expect((await lab.ssh("lab-2", "sudo -S -p '' id -u", "nixfleet\n")).stdout).toBe("0");
  });

  test("has host keys that no other machine has, known before the first connection", async () => {
    const keys = await Promise.all(
      lab.machines.map(async ({ name }) => (await lab.ssh(name, "cat /etc/ssh/ssh_host_ed25519_key.pub")).stdout),
    );
    expect(new Set(keys).size).toBe(2);
    const known = (await execa("ssh-keygen", ["-F", lab.machines[0]!.address, "-f", lab.knownHosts])).stdout;
    expect(keys[0]).toContain(known.trim().split(" ").at(-1));
  });

  test("has a Nix daemon that deploy may talk to, and that trusts only root and the fleet's key", async () => {
    const key = (await execa("cat", [`${lab.signingKey}.pub`])).stdout;
    const shown = await lab.ssh("lab-1", "nix config show; NIX_REMOTE=daemon nix store info 2>&1");
    expect(shown.stdout).toContain("substituters = \n");
    expect(shown.stdout).toContain(`trusted-public-keys = ${key}\n`);
    expect(shown.stdout).toContain("trusted-users = root\n");
    expect(shown.stdout).toMatch(/Trusted: 0/);
  });

  test("keeps its disk over a reboot and has a new boot id", async () => {
    const before = await bootId("lab-1");
    await lab.ssh("lab-1", "echo kept > kept.txt; sudo systemctl reboot");
    await expect.poll(async () => await bootId("lab-1"), { timeout: 60_000 }).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(async () => await bootId("lab-1"), { timeout: 60_000 }).not.toBe(before);
    expect((await lab.ssh("lab-1", "cat kept.txt")).stdout).toBe("kept");
  });

  test("keeps its disk over a power cut, which it has no time to notice", async () => {
    await lab.ssh("lab-1", "echo kept > cut.txt");
    await lab.power("lab-1", "off");
    expect((await lab.list()).machines[0]).toMatchObject({ state: "off", bootId: null, pid: null });
    expect((await lab.ssh("lab-1", "true")).code).toBe(255);
    await lab.power("lab-1", "on");
    expect(
      (await lab.ssh("lab-1", "cat cut.txt; journalctl -q -b -1 _PID=1 -g 'Power-Off|Shutdown' -o cat")).stdout,
    ).toBe("kept");
  });

  test("is out of reach while its cable is pulled", async () => {
    await lab.link("lab-1", "down");
    const attempt = await execa("ssh", ["-F", lab.sshConfig, "-o", "ConnectTimeout=1", "lab-1", "true"], {
      reject: false,
    });
    expect(attempt.exitCode).toBe(255);
    await lab.link("lab-1", "up");
    await expect.poll(async () => (await lab.ssh("lab-1", "true")).code, { timeout: 30_000 }).toBe(0);
  });

  test("is as new after a reset, under the same host key, while others are left alone", async () => {
    const other = await bootId("lab-2");
    await lab.ssh("lab-1", "sudo touch /etc/edited");
    await lab.reset("lab-1");
    expect((await lab.ssh("lab-1", "test -e /etc/edited || test -e kept.txt || echo fresh")).stdout).toBe("fresh");
    expect(await bootId("lab-2")).toBe(other);
  });
});
