/** An activation that is to be confirmed, whose own process is killed: the host finds the end by itself, and at once. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Activation, type HostUnderTest, nextRunId } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { useLab } from "../support/lab.ts";
import { bootDefault, systemOf, unit } from "../support/nixos-systems.ts";
import { service } from "../support/service-texts.ts";

let ubuntu: HostUnderTest;
let nixos: HostUnderTest;

beforeAll(async () => {
  const lab = await useLab({ hosts: 2, shape: ["lab-2=nixos"] });
  ubuntu = await hostOf(lab, "lab-1");
  nixos = await hostOf(lab, "lab-2");
});

const closure = (host: HostUnderTest, text: string): Promise<string> =>
  host.closure({
    files: [{ path: "/etc/nf-text", text, restart: ["nf-app.service"] }],
    units: [{ name: "nf-app.service", text: service(1) }],
  });

describe("a killed activation of Ubuntu", () => {
  let first: string;
  let second: string;

  beforeAll(async () => {
    first = await closure(ubuntu, "first\n");
    second = await closure(ubuntu, "second\n");
    expect(await ubuntu.activate(first)).toMatchObject({ code: 0, problems: [] });
  });

  test.each(["groups", "files.middle", "restart", "retire", "confirm"])(
    "before its confirmation, at %s, goes back",
    async (killAt) => {
      const outcome = await activateAndConfirm(ubuntu, [second], killAt);
      expect(outcome).toMatchObject({ code: 71, step: "confirm" });
      expect(await ubuntu.facts()).toMatchObject({ live: first, committed: first, interrupted: null });
      expect(await ubuntu.sh("cat /etc/nf-text; systemctl is-active nf-app.service")).toBe("first\nactive");
      expect(await ubuntu.sh("find /etc/systemd/system -name 'nixfleet-recover*'")).toBe("");
    },
  );

  test("before its confirmation with all that it started goes back, and takes no confirmation any more", async () => {
    const kill = (run: string) => ubuntu.sh(`systemctl kill --signal=KILL nixfleet-activate-${run}.service`);
    const outcome = await activateAndConfirm(ubuntu, [second], undefined, kill);
    expect(outcome, outcome.log).toMatchObject({ code: 71, step: "confirm" });
    expect(await ubuntu.facts()).toMatchObject({ live: first, committed: first, interrupted: null });
  });

  test.each(["keep-secrets", "commit", "state", "owned", "owned.written"])(
    "after its confirmation, at %s, is finished",
    async (killAt) => {
      const [from, to] = (await ubuntu.facts()).live === first ? [first, second] : [second, first];
      const outcome = await activateAndConfirm(ubuntu, [to], killAt);
      expect(outcome, outcome.log).toMatchObject({ code: 0 });
      expect(await ubuntu.facts()).toMatchObject({ live: to, committed: to, interrupted: null });
      expect(await ubuntu.sh("cat /etc/nf-text")).toBe(to === first ? "first" : "second");
      expect(from).not.toBe(to);
    },
  );
});

describe("a killed activation of NixOS", () => {
  let first: string;
  let second: string;

  beforeAll(async () => {
    first = await nixos.sh("readlink -f /run/current-system");
    second = await systemOf(nixos, "second", unit("second", "/bin/sleep infinity"));
  });

  test.each(["switch", "confirm"])("before its confirmation, at %s, goes back", async (killAt) => {
    const outcome = await activateAndConfirm(nixos, [second, "-", "live"], killAt);
    expect(outcome).toMatchObject({ code: 71 });
    expect(await nixos.facts()).toMatchObject({ live: first, committed: first, interrupted: null });
    expect(await nixos.sh("systemctl is-active second.service || true")).toBe("inactive");
  });

  test.each(["commit", "boot-loader", "state"])("after its confirmation, at %s, is finished", async (killAt) => {
    const [, to] = (await nixos.facts()).live === first ? [first, second] : [second, first];
    const outcome = await activateAndConfirm(nixos, [to, "-", "live"], killAt);
    expect(outcome, outcome.log).toMatchObject({ code: 0 });
    expect(await nixos.facts()).toMatchObject({ live: to, committed: to, interrupted: null });
    expect(await bootDefault(nixos)).toBe(to);
  });
});

/** Activates SYSTEM (then DESCRIPTION and MODE for NixOS) within a minute's confirmation, which is given as soon as it is asked for. */
async function activateAndConfirm(
  host: HostUnderTest,
  [system = "", ...more]: readonly string[],
  killAt: string | undefined,
  beforeConfirming: (run: string) => Promise<unknown> = async () => {},
): Promise<Pick<Activation, "code" | "step" | "log">> {
  const run = nextRunId();
  const { live, generation } = await host.facts();
  expect((await host.verb(["lock", "acquire", run, "tester", "600", "test", system])).code).toBe(0);
  let over = false;
  const activation = host
    .verb(
      ["activate", "confirm=60", run, system, live ?? "-", String(generation), "tester", "-", ...more],
      killAt === undefined ? {} : { killAt },
    )
    .finally(() => {
      over = true;
    });
  while (!over) {
    const token = await host.sh(`cut -f 1 /var/lib/nixfleet/runs/${run}/awaiting 2>/dev/null || true`);
    if (token !== "") {
      await beforeConfirming(run);
      await host.verb(["confirm", run, token]);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const answer = await activation;
  await host.verb(["lock", "release", run]);
  const texts = (name: string): readonly string[] =>
    answer.records.filter((record) => record.name === name).map(({ value }) => Buffer.from(value).toString());
  return { code: answer.code, step: texts("step")[0], log: texts("log").join("") };
}
