/** Marked values go through everything that a run can come to, and are then looked for wherever they must not be. */
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everywhere, type OnAll, readerFleet, type SecretFleet, setReader } from "../support/secret-fleet.ts";

const markers = ["MARKER-first-aQ7xW2", "MARKER-second-Zk93Lm", "MARKER-refused-Pp41Ty", "MARKER-command-Rr86Vu"];
const [first = "", second = "", refused = "", command = ""] = markers;
/** Does not match itself, as command lines and the logs of sudo have it. */
const PATTERN = "MARKE[R]-";

let fleet: SecretFleet;
let onAll: OnAll;

beforeAll(async () => {
  ({ fleet, onAll } = await readerFleet());
});
afterAll(() => fleet?.remove());

/** Where a host must not have them: everywhere but in memory of its own, and in the folder that is root's alone. */
const searches = {
  store: `grep -r -l -a -s ${PATTERN} /nix/store /nix/var/nix || true`,
  state: `find /var/lib/nixfleet -path /var/lib/nixfleet/secrets -prune -o -type f -exec grep -l -a ${PATTERN} {} + || true`,
  journal: `journalctl --no-pager -o cat | grep -a ${PATTERN} || true`,
  files: `grep -r -l -a -s ${PATTERN} /etc /tmp /var/tmp /var/log /var/crash /root /home /boot /run/nixfleet /run/log || true`,
  cores: `find / -xdev -type f \\( -name 'core' -o -name 'core.*' -o -name '*.core' \\) -exec grep -l -a ${PATTERN} {} + || true`,
};
const searchHere = (): string =>
  execFileSync("sh", ["-c", 'grep -r -l -a -e "$1" "$0" || true', dirname(fleet.folder), PATTERN], {
    encoding: "utf8",
  });

/** Watches the arguments and the environment of every process while something goes on; gives what was seen. */
async function watching(work: () => Promise<void>): Promise<readonly string[]> {
  const loop = `until [ -e /run/stop-watching ]; do grep -l -a -s ${PATTERN} /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>/run/seen; done; rm /run/stop-watching; cat /run/seen; rm /run/seen`;
  const watch = onAll(loop);
  await work();
  await onAll("touch /run/stop-watching");
  return watch;
}

describe("marked values", () => {
  test("that are planned, applied, rolled back, refused and delivered anew", async () => {
    const outputs: string[] = [];
    const run = async (...words: string[]): Promise<number> => {
      const { code, stdout, stderr } = await fleet.nixfleet(...words);
      outputs.push(stdout, stderr);
      return code;
    };
    const seen = await watching(async () => {
      await fleet.keep("token", first);
      expect(await run("plan", "--out", "plan.json", "-vvv")).toBe(0);
      expect(await run("apply", "plan.json", "--yes", "-vvv", "--json")).toBe(0);
      await fleet.keep("token", second);
      expect(await run("plan", "-vvv", "--json")).toBe(0);
      expect(await run("apply", "--yes", "-vvv", "--json")).toBe(0);
      expect(await run("rollback", "--group", "all", "--yes", "-vvv", "--json")).toBe(0);
      await fleet.keep("token", refused);
      setReader(fleet, { start: "exit 3" });
      expect(await run("apply", "--yes", "-vvv", "--json")).toBe(5);
      // Dies with the value in its memory: what a core file would have.
      setReader(fleet, { start: "kill -SEGV \\$\\$" });
      expect(await run("apply", "--yes", "-vvv", "--json")).toBe(5);
      fleet.write("../../marked-value", command);
      setReader(fleet, { secret: 'command = [ "cat" "../../marked-value" ];' });
      expect(await run("apply", "--yes", "-vvv", "--json")).toBe(0);
      expect(await run("status", "--json")).toBe(0);
    });
    expect(await onAll("cat /run/nixfleet-secrets/token")).toEqual(everywhere(command));
    expect(seen).toEqual(everywhere(""));
    expect(outputs.join("\n")).not.toMatch(/MARKER/);
    execFileSync("rm", [join(dirname(fleet.folder), "../marked-value")]);
  });

  test.each(Object.keys(searches))("lie in none of a host's %s", async (place) => {
    expect(await onAll(searches[place as keyof typeof searches])).toEqual(everywhere(""));
  });

  test("lie in no file of whoever ran it: plans, journals, logs, caches, the flake", () => {
    expect(searchHere()).toBe("");
  });

  test("lie in nothing of this machine's store that was made of the fleet", async () => {
    const plan = JSON.parse((await fleet.nixfleet("plan", "--json")).stdout);
    const systems: string[] = plan.hosts.map(({ to }: { to: { system: string } }) => to.system);
    const nix = fleet.env.NIXFLEET_NIX ?? "nix";
    const closure = execFileSync(nix, ["--extra-experimental-features", "nix-command", "path-info", "-r", ...systems], {
      env: { ...process.env, ...fleet.env },
      encoding: "utf8",
    });
    const paths = closure.trim().split("\n");
    expect(paths.length).toBeGreaterThan(2);
    const found = execFileSync("sh", [
      "-c",
      'pattern=$1; shift; grep -r -l -a -s "$pattern" "$@" || true',
      "sh",
      PATTERN,
      ...paths,
    ]);
    expect(found.toString()).toBe("");
  });
});

// Last: what is planted stays.
describe("the search", () => {
  const planted = "$(printf 'MARK%s' ER-planted)";

  test.each([
    ["store", `echo ${planted} >/tmp/plant && nix-store --add /tmp/plant && rm /tmp/plant`, /-plant$/m],
    ["state", `mkdir -p /var/lib/nixfleet/runs/x && echo ${planted} >/var/lib/nixfleet/runs/x/log`, /runs\/x\/log/],
    ["journal", `echo ${planted} | systemd-cat -t plant && journalctl --sync`, /MARKER-planted/],
    ["files", `echo ${planted} >/var/log/plant`, /\/var\/log\/plant/],
    ["cores", `echo ${planted} >/var/core.1`, /\/var\/core\.1/],
  ] as const)("finds what is planted in a host's %s", async (place, plant, where) => {
    await onAll(plant);
    for (const found of await onAll(searches[place])) expect(found).toMatch(where);
  });

  test("finds what is planted on a command line, and in a file of whoever ran it", async () => {
    const seen = await watching(async () => {
      await onAll(`sh -c 'sleep 3; :' sh ${planted}`);
    });
    for (const found of seen) expect(found).toMatch(/cmdline/);
    fleet.write("../state/plant", first);
    expect(searchHere()).toMatch(/state\/plant/);
  });
});
