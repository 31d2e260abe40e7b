import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type Answer, type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  project = layFleetProject(lab, {
    hostFiles: { "lab-1": '{ nixfleet.files."/etc/greeting".text = "one\\n"; }\n' },
  });
  succeeded(await project.nixfleet("apply", "lab-1", "--yes"));
  project.write("hosts/lab-1.nix", '{ nixfleet.files."/etc/greeting".text = "two\\n"; }\n');
  project.commit();
  succeeded(await project.nixfleet("apply", "lab-1", "--yes"));
});
afterAll(() => project?.remove());

function succeeded(answer: Answer): Answer {
  if (answer.code !== 0) throw new Error(`exit ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer;
}

describe("nixfleet facts", () => {
  test("tells what every host says, for people and for programs, and goes on where one is silent", async () => {
    const people = succeeded(await project.nixfleet("facts", "lab-1"));
    expect(people.stdout).toMatch(/generation +2 of 2/);
    await lab.link("lab-2", "down");
    try {
      const answer = await project.nixfleet("facts", "--json");
      expect(answer.code).toBe(4);
      const { schema, hosts } = JSON.parse(answer.stdout);
      expect(schema).toBe("nixfleet.facts/1");
      expect(hosts[0]).toMatchObject({ name: "lab-1", facts: { generation: 2, nixDaemon: expect.any(String) } });
      expect(hosts[1]).toMatchObject({ name: "lab-2", error: { code: expect.stringMatching(/^transport\//) } });
    } finally {
      await lab.link("lab-2", "up");
    }
  });
});

describe("nixfleet ssh", () => {
  test("runs the command as the deploy user, and passes on its output and exit code", async () => {
    const answer = await project.nixfleet("ssh", "lab-1", "--", "id -un; echo trouble >&2; exit 7");
    expect(answer).toMatchObject({ code: 7, stdout: "deploy", stderr: "trouble" });
  });

  test("believes only the pinned key, whatever known_hosts and the user's configuration say", async () => {
    const wrong = lab.machines[1]?.address ?? "";
    const other = layFleetProject(lab, { hosts: { "lab-1": { addr: wrong } } });
    try {
      const answer = await other.nixfleet("ssh", "lab-1", "--", "true");
      expect(answer.code).toBe(255);
      expect(answer.stderr).toMatch(/host key verification failed/i);
    } finally {
      other.remove();
    }
  });

  test("wants one host", async () => {
    expect(await project.nixfleet("ssh", "all", "--", "true")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("error[cli/one-host]"),
    });
  });
});

describe("nixfleet build", () => {
  test("prints where closures are, and links that keep them", async () => {
    const built = succeeded(await project.nixfleet("build", "--out-link", "out", "--json"));
    const { hosts } = JSON.parse(built.stdout);
    expect(hosts.map(({ name }: { name: string }) => name)).toEqual(["lab-1", "lab-2"]);
    for (const { name, system, link } of hosts) {
      expect(link).toBe(join(project.folder, "out", name));
      expect(readlinkSync(link)).toBe(system);
    }
    rmSync(join(project.folder, "out"), { recursive: true });
  });

  test("tells a host's own error and builds the others", async () => {
    project.write("hosts/lab-2.nix", "{ nixfleet.fils = { }; }\n");
    try {
      const built = await project.nixfleet("build");
      expect(built.code).toBe(5);
      expect(built.stdout).toMatch(/^lab-1 +\/nix\/store\/\S+$/m);
      expect(built.stderr).toContain("error[nix/evaluation-failed]: lab-2");
    } finally {
      project.write("hosts/lab-2.nix", "{ }\n");
    }
  });
});

describe("nixfleet diff", () => {
  test("compares two generations with the contents that lie on the host only", async () => {
    const { stdout } = succeeded(await project.nixfleet("diff", "lab-1", "1", "2"));
    expect(stdout).toContain("~ /etc/greeting");
    expect(stdout).toMatch(/-one\n +\+two/);
  });

  test("compares what runs with what is described, and says by exit code that they differ", async () => {
    const same = succeeded(await project.nixfleet("diff", "lab-1", "--detailed-exitcode"));
    expect(same.stdout).toContain("both are /nix/store/");
    project.write("hosts/lab-1.nix", '{ nixfleet.files."/etc/greeting".text = "three\\n"; }\n');
    const differs = await project.nixfleet("diff", "lab-1", "--detailed-exitcode", "--json");
    expect(differs.code).toBe(2);
    expect(JSON.parse(differs.stdout)).toMatchObject({
      schema: "nixfleet.diff/1",
      files: [{ path: "/etc/greeting", change: "modify", diff: expect.stringContaining("+three") }],
    });
  });

  test("takes nothing managed as generation 0", async () => {
    const { stdout } = succeeded(await project.nixfleet("diff", "lab-1", "live", "0"));
    expect(stdout).toContain("- /etc/greeting");
  });

  test("refuses a generation that there is not", async () => {
    expect(await project.nixfleet("diff", "lab-1", "9")).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("error[plan/no-generation]"),
    });
  });
});

describe("nixfleet lock", () => {
  const hold =
    "printf 'DEADRUN\\tann@desk\\tapply\\t1700000000\\t4000000000\\n' | sudo tee /run/nixfleet/lock >/dev/null";

  test("shows who holds it, and breaks it with a reason that stands in the host's audit", async () => {
    await lab.ssh("lab-1", hold);
    const held = succeeded(await project.nixfleet("lock", "status"));
    expect(held.stdout).toMatch(/lab-1 +run DEADRUN +ann@desk +apply/);
    expect(held.stdout).toContain("lab-2: free");
    expect((await project.nixfleet("apply", "lab-1", "--yes")).code).toBe(8);
    const refused = await project.nixfleet("lock", "release", "lab-1", "--reason", "the desk burnt down");
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("DEADRUN") });
    const broken = await project.nixfleet("lock", "release", "lab-1", "--reason", "the desk burnt down", "--yes");
    expect(broken, broken.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("1 changed") });
    expect((await lab.ssh("lab-1", "sudo cat /var/lib/nixfleet/audit.ndjson")).stdout).toContain("the desk burnt down");
    expect(succeeded(await project.nixfleet("lock", "status")).stdout).toContain("lab-[1-2]: free");
  });

  test("wants to be told which hosts, and why", async () => {
    expect((await project.nixfleet("lock", "release", "--reason", "x", "--yes")).stderr).toContain("cli/no-selection");
    expect((await project.nixfleet("lock", "release", "lab-1", "--yes")).code).toBe(3);
  });
});

describe("nixfleet doctor", () => {
  test("finds a healthy fleet healthy, in lines for all hosts", async () => {
    const well = succeeded(await project.nixfleet("doctor"));
    expect(well.stdout).toMatch(/ok +trust +lab-\[1-2\]: takes what the fleet's key has signed, and\s+nothing else/);
    expect(well.stdout).not.toMatch(/fail|warn/);
  });

  test("tells each thing that is wrong, on the host that has it", async () => {
    await lab.ssh("lab-1", "sudo systemctl stop nix-daemon.socket nix-daemon.service");
    await lab.ssh(
      "lab-2",
      "echo 'trusted-users = root deploy' | sudo tee -a /etc/nix/nix.conf; sudo systemctl restart nix-daemon",
    );
    const sick = await project.nixfleet("doctor", "--json");
    expect(sick.code).toBe(5);
    const { hosts } = JSON.parse(sick.stdout);
    const trouble = hosts.map(({ findings }: { findings: { check: string; state: string }[] }) =>
      findings.filter(({ state }) => state !== "ok").map(({ check, state }) => `${check}: ${state}`),
    );
    expect(trouble).toEqual([["nix daemon: fail"], ["trust: warn"]]);
  });
});

describe("a saved plan", () => {
  test("keeps its closures alive until it is carried out", async () => {
    await lab.reset("lab-1");
    const roots = join(project.env.XDG_STATE_HOME ?? "", "nixfleet/nix/gcroots/named");
    const named = (): string => execFileSync("ls", [roots], { encoding: "utf8" }).trim();
    succeeded(await project.nixfleet("plan", "lab-1", "--out", "plan.json"));
    const { id } = JSON.parse(readFileSync(join(project.folder, "plan.json"), "utf8"));
    expect(named()).toBe(`plan-${id.slice(0, 16)}`);
    succeeded(await project.nixfleet("apply", "plan.json", "--yes"));
    expect(named()).toBe("");
  });
});

describe("nixfleet init", () => {
  test("lays a project that locks, builds and applies as it stands", async () => {
    const home = mkdtempSync(join(tmpdir(), "nixfleet-init-"));
    const source = (name: string): string =>
      new RegExp(`${name}[^"]*"(path:[^"]+)"`).exec(project.read("flake.nix"))?.[1] ?? "";
    const at = lab.machines[0]?.address ?? "";
    const words = ["--host", `lab-1=${at}`, "--nixpkgs", source("nixpkgs.url"), "--nixfleet", source("nixfleet = ")];
    try {
      const laid = succeeded(await project.nixfleet("init", join(home, "fleet"), ...words));
      expect(laid.stdout).toContain("flake.lock");
      const built = succeeded(await project.nixfleet("build", "-C", join(home, "fleet")));
      expect(built.stdout).toMatch(/^lab-1 +\/nix\/store\//);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
