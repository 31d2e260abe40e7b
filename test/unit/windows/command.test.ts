import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = resolve(import.meta.dirname, "../../../bin/nixfleet");
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "nixfleet-windows-"));
  mkdirSync(join(home, "fleet/inventory"), { recursive: true });
  mkdirSync(join(home, "fleet/hosts"));
  for (const name of ["web-1", "web-2", "db-1"]) writeFileSync(join(home, `fleet/hosts/${name}.nix`), "{ }\n");
  writeFileSync(
    join(home, "fleet/inventory/prod.yaml"),
    `
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, rollout: office }
  web-2: { base: ubuntu, addr: 10.0.1.12, rollout: office }
  db-1: { base: ubuntu, addr: 10.0.2.21, osUpdates: { ubuntu: { rebootWindow: "Sun 02:00-04:00 Europe/Berlin" } } }
rollouts:
  office: { windows: "Mon..Thu 09:00-16:00 Europe/Berlin", blackouts: 2026-10-26/2026-10-26 Europe/Berlin }
`,
  );
});
afterAll(() => rmSync(home, { recursive: true }));

function windows(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(program, ["windows", ...args], {
    cwd: join(home, "fleet"),
    env: { PATH: process.env.PATH ?? "", HOME: home, LANG: "C.UTF-8" },
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

describe("nixfleet windows", () => {
  test("shows for all hosts what binds them, and when it opens", () => {
    expect(windows("--from", "2026-10-23T12:00Z", "--next", "2")).toEqual({
      status: 0,
      stderr: "",
      stdout: `\
changes of web-[1-2], by the rollout office
  window    Mon..Thu 09:00-16:00 Europe/Berlin
  blackout  2026-10-26/2026-10-26 Europe/Berlin
  now       shut, opens in 92 h 00 min

  OPENS (UTC)        IN ITS OWN ZONE                            LASTS
  2026-10-26 08:00Z  Mon 2026-10-26 09:00+01:00                 -           skipped: blackout
  2026-10-27 08:00Z  Tue 2026-10-27 09:00+01:00 to 16:00+01:00  7 h 00 min
  2026-10-28 08:00Z  Wed 2026-10-28 09:00+01:00 to 16:00+01:00  7 h 00 min

reboots of db-1
  window    Sun 02:00-04:00 Europe/Berlin
  now       shut, opens in 36 h 00 min

  OPENS (UTC)        IN ITS OWN ZONE                            LASTS
  2026-10-25 00:00Z  Sun 2026-10-25 02:00+02:00 to 03:00+01:00  2 h 00 min
  2026-11-01 01:00Z  Sun 2026-11-01 02:00+01:00 to 04:00+01:00  2 h 00 min
`,
    });
  });

  test("names hosts that nothing binds", () => {
    writeFileSync(join(home, "free.yaml"), "hosts: { web-1: { base: ubuntu, addr: 10.0.1.11, flakeAttr: x } }\n");
    expect(windows("-i", join(home, "free.yaml"), "web-1").stdout).toBe("no window binds web-1\n");
  });

  test("takes a window as it is typed, without any project", () => {
    const { stdout, status } = windows(
      "-C",
      "/",
      "--window",
      "Sun 02:00-03:00 America/New_York",
      "--from",
      "2026-03-08",
      "--next",
      "1",
    );
    expect(status).toBe(0);
    expect(stdout).toContain(
      "2026-03-08 07:00Z  Sun 2026-03-08 03:00-04:00                 -           skipped: the clocks leap over it",
    );
    expect(stdout).toContain("2026-03-15 06:00Z  Sun 2026-03-15 02:00-04:00 to 03:00-04:00  1 h 00 min");
  });

  test("--json gives instants", () => {
    const record = JSON.parse(windows("db-1", "--from", "2026-10-25T00:30Z", "--next", "1", "--json").stdout);
    expect(record).toEqual({
      schema: "nixfleet.windows/1",
      from: "2026-10-25T00:30:00.000Z",
      unbound: [],
      windows: [
        {
          purpose: "reboot",
          hosts: ["db-1"],
          windows: ["Sun 02:00-04:00 Europe/Berlin"],
          blackouts: [],
          open: true,
          opensAt: "2026-10-25T00:30:00.000Z",
          closesAt: "2026-10-25T02:00:00.000Z",
          openings: [
            {
              kind: "open",
              window: "Sun 02:00-04:00 Europe/Berlin",
              zone: "Europe/Berlin",
              start: "2026-10-25T00:00:00.000Z",
              end: "2026-10-25T02:00:00.000Z",
              seconds: 7200,
            },
          ],
        },
      ],
    });
  });

  test("tells everything that is wrong with what was typed", () => {
    const { stderr, status } = windows("--window", "Sum 02:00-03:00", "--blackout", "Christmas");
    expect(status).toBe(3);
    expect(stderr).toContain('error[inventory/bad-window]: "Sum 02:00-03:00" is no window');
    expect(stderr).toContain('error[inventory/bad-blackout]: "Christmas" is no blackout');
  });

  test("refuses an instant that is none", () => {
    expect(windows("--from", "tomorrow").status).toBe(3);
  });
});
