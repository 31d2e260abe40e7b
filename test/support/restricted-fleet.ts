/** Two restricted hosts, prepared as a user would: lab-1 as its distribution ships it, lab-2 in the shape of NixOS. */
import { execa } from "execa";
import { type FleetProject, layFleetProject, type ProjectWishes } from "./fleet-project.ts";
import { type Answer, type LabWishes, type TestLab, useLab } from "./lab.ts";

export const ENTRY = "/usr/local/lib/nixfleet/nixfleet-entry";

export interface RestrictedFleet {
  readonly lab: TestLab;
  readonly fleet: FleetProject;
  /** As root, by the lab's own way in. */
  asRoot(host: string, command: string): Promise<string>;
  /** As whoever has the deploy account's key. */
  asDeploy(host: string, command: string, input?: string | Uint8Array): Promise<Answer>;
  /** Lines of the host's audit, oldest first. */
  audit(host: string): Promise<readonly { readonly event: string; readonly by: string; readonly detail: string }[]>;
}

export async function restrictedFleet(
  wishes: ProjectWishes = {},
  more: Pick<LabWishes, "archive"> = {},
): Promise<RestrictedFleet> {
  const lab = await useLab({ hosts: 2, bare: ["lab-1"], shape: ["lab-2=nixos"], ...more });
  const restricted = { access: "restricted" };
  const hosts = {
    "lab-1": { ...restricted, ...wishes.hosts?.["lab-1"] },
    "lab-2": { ...restricted, ...wishes.hosts?.["lab-2"] },
  };
  const fleet = layFleetProject(lab, { ...wishes, hosts });
  const ssh = async (user: string, host: string, command: string, input: string | Uint8Array): Promise<Answer> => {
    const args = ["-F", lab.sshConfig, "-l", user, host, command];
    const { exitCode, stdout, stderr } = await execa("ssh", args, { reject: false, input });
    return { code: exitCode ?? -1, stdout, stderr };
  };
  const asRoot = async (host: string, command: string): Promise<string> => {
    const answer = await ssh("root", host, command, "");
    if (answer.code !== 0) throw new Error(`${command}\n${answer.stderr}`);
    return answer.stdout;
  };
  // What the configuration of a real NixOS host says.
  await asRoot("lab-2", `echo 'deploy ALL=(root) NOPASSWD: ${ENTRY}' >/etc/sudoers.d/deploy`);
  const prepared = await fleet.nixfleet("bootstrap", "--restricted", "--group", "all", "--yes");
  if (prepared.code !== 0) throw new Error(`${prepared.stdout}\n${prepared.stderr}`);
  return {
    lab,
    fleet,
    asRoot,
    asDeploy: (host, command, input = "") => ssh("deploy", host, command, input),
    audit: async (host) =>
      (await asRoot(host, "cat /var/lib/nixfleet/audit.ndjson"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
  };
}
