/** The hooks that docs/os-updates.md shows, run as they stand against commands that stand in for kubectl, socat and ss. */
import { chmodSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { hostOf } from "../support/activation-lab.ts";
import { layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/os-updates.md"), "utf8");

function example(name: string): Record<string, readonly Record<string, unknown>[]> {
  const text = new RegExp(`<!-- example: ${name} -->\n\`\`\`yaml\n([^]*?)\`\`\``).exec(page)?.[1];
  if (text === undefined) throw new Error(`docs/os-updates.md has no example ${name}`);
  return parse(text).hooks;
}

/** Says its name, its words and its input, and succeeds. */
const standIn = (log: string): string =>
  `#!/bin/sh\nprintf '%s %s' "$(basename "$0")" "$*" >>${log}\n[ "$(basename "$0")" != socat ] || printf ' < %s' "$(cat)" >>${log}\necho >>${log}\n`;

let lab: TestLab;
beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});

test("the Kubernetes example drains before the reboot and uncordons after it", async () => {
  const project = layFleetProject(lab, { hosts: { "lab-1": { hooks: example("kubernetes") } } });
  try {
    project.write("kubectl", standIn("kubectl.log"));
    const env = { ...project.env, PATH: `${project.folder}:${project.env.PATH}` };
    chmodSync(`${project.folder}/kubectl`, 0o755);
    const program = resolve(import.meta.dirname, "../../bin/nixfleet");
    const words = ["reboot", "lab-1", "--always", "--yes", "--soak-after", "1s"];
    const answer = await execa(program, words, { cwd: project.folder, env, extendEnv: false, reject: false });
    expect(answer.exitCode, answer.stderr).toBe(0);
    expect(project.read("kubectl.log").trimEnd().split("\n")).toEqual([
      "kubectl cordon lab-1",
      "kubectl drain lab-1 --ignore-daemonsets --delete-emptydir-data --timeout=9m",
      "kubectl wait --for=condition=Ready node/lab-1 --timeout=4m",
      "kubectl uncordon lab-1",
    ]);
  } finally {
    project.remove();
  }
});

test("the load balancer example takes the host out on the balancer, waits on the host, and puts it back", async () => {
  const text = JSON.stringify(example("load-balancer")).replaceAll("delegate:lb-1", "delegate:lab-2");
  const project = layFleetProject(lab, { hosts: { "lab-1": { hooks: JSON.parse(text) } } });
  try {
    const [web, balancer] = [await hostOf(lab, "lab-1"), await hostOf(lab, "lab-2")];
    for (const [host, name] of [
      [web, "ss"],
      [balancer, "socat"],
    ] as const) {
      await host.root(`cat >/usr/local/bin/${name} && chmod 0755 /usr/local/bin/${name}`, standIn("/root/calls"));
    }
    const answer = await project.nixfleet("reboot", "lab-1", "--always", "--yes", "--soak-after", "1s");
    expect(answer.code, answer.stderr).toBe(0);
    expect(await balancer.sh("cat /root/calls")).toBe(
      "socat stdio /run/haproxy/admin.sock < set server web/lab-1 state drain\nsocat stdio /run/haproxy/admin.sock < set server web/lab-1 state ready",
    );
    expect(await web.sh("cat /root/calls")).toContain("ss -Htn state established");
  } finally {
    project.remove();
  }
});
