/** An apply that finds nothing to do on ten machines, against ten `ssh HOST true` at once. */
import { resolve } from "node:path";
import { type Cost, costOf } from "./measuring/command.ts";
import { type LabFleet, withLabFleet } from "./measuring/lab-fleet.ts";
import { inTurn, least, median, ratio, report, time } from "./measuring/rounds.ts";

const HOSTS = 10;
const ROUNDS = Number(process.argv[2] ?? 9);
const program = resolve(import.meta.dirname, "../bin/nixfleet");

await withLabFleet(HOSTS, async (fleet) => {
  await apply(fleet);
  const cpu: Record<"ssh" | "apply", number[]> = { ssh: [], apply: [] };
  const wall = (name: "ssh" | "apply", work: () => Promise<Cost>) => async () => {
    const { wallMs, cpuMs } = await work();
    cpu[name].push(cpuMs);
    return wallMs;
  };
  const figures = await inTurn(
    { ssh: wall("ssh", () => logins(fleet)), apply: wall("apply", () => apply(fleet)) },
    ROUNDS,
  );
  report([
    ["", "median", "fastest", "CPU here"],
    [`${HOSTS} x ssh HOST true`, time(median(figures.ssh)), time(least(figures.ssh)), time(median(cpu.ssh))],
    ["no-op apply", time(median(figures.apply)), time(least(figures.apply)), time(median(cpu.apply))],
    [
      "ratio",
      ratio(median(figures.apply), median(figures.ssh)),
      ratio(least(figures.apply), least(figures.ssh)),
      ratio(median(cpu.apply), median(cpu.ssh)),
    ],
  ]);
});

function apply({ project }: LabFleet): Promise<Cost> {
  return costOf([program, "apply", "--yes", "--quiet"], { cwd: project.folder, env: project.env });
}

function logins({ lab, hosts }: LabFleet): Promise<Cost> {
  const all = hosts.map((host) => `ssh -n -F "$1" ${host} true &`).join("\n");
  return costOf(["sh", "-c", `${all}\nwait`, "sh", lab.sshConfig]);
}
