/**
 * Installs the Debian packages that the tests use and the machine lacks; as root, otherwise it says which are missing.
 * Run by `npm test` before the tests.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const needed: Readonly<Record<string, string>> = {
  "/usr/bin/ssh": "openssh-client",
  "/usr/sbin/sshd": "openssh-server",
  "/usr/bin/shellcheck": "shellcheck",
  "/usr/bin/busybox": "busybox-static",
  "/usr/bin/dash": "dash",
  "/usr/bin/fish": "fish",
  "/usr/bin/tcsh": "tcsh",
  "/usr/bin/sudo": "sudo",
  "/usr/bin/etcd": "etcd-server",
  "/usr/bin/grub-editenv": "grub-common",
  "/usr/sbin/nft": "nftables",
};

const missing = Object.entries(needed).filter(([path]) => !existsSync(path));
if (missing.length > 0) install(missing.map(([, name]) => name));

function install(names: readonly string[]): void {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    process.stderr.write(`the tests need these Debian packages: ${names.join(" ")}\n`);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(`installing for the tests: ${names.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-qq", "-y", "--no-install-recommends", ...names],
  ]) {
    const { status } = spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) {
      process.stderr.write(`apt-get ${args[0]} failed with ${status}\n`);
      process.exitCode = 1;
      return;
    }
  }
}
