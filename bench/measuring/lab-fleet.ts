/** Machines of a lab and a fleet for them, for as long as a benchmark runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FleetProject, layFleetProject } from "../../test/support/fleet-project.ts";
import { downLab, labIn, type TestLab } from "../../test/support/lab.ts";

export interface LabFleet {
  readonly lab: TestLab;
  readonly project: FleetProject;
  readonly hosts: readonly string[];
}

/** Every role of the example fleet: packages, accounts, files, directories, a timer, two services. */
const ROLES = ["base", "users", "nginx", "myapp"];

export async function withLabFleet(hosts: number, work: (fleet: LabFleet) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-bench-lab-"));
  try {
    const lab = await labIn(folder, { hosts });
    const names = lab.machines.map(({ name }) => name);
    const project = layFleetProject(lab, { hosts: Object.fromEntries(names.map((name) => [name, { roles: ROLES }])) });
    try {
      await work({ lab, project, hosts: names });
    } finally {
      project.remove();
    }
  } finally {
    await downLab(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}
