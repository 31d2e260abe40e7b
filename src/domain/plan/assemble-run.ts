/** The plan of `nixfleet run`: one command on many hosts. Nothing is observed first, since nothing is compared. */
import type { HostName } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import { sealPlan } from "./assemble.ts";
import type { PlanRequest } from "./host-input.ts";
import type { Plan, PlanHost, StepExpectation } from "./plan.ts";

export interface RunRequest extends Omit<PlanRequest, "hosts" | "verb"> {
  readonly hosts: readonly { readonly name: HostName; readonly base: Base }[];
  readonly command: RunCommand;
}

export interface RunCommand {
  readonly command: string;
  /** Name of the inventory task that the command comes from. */
  readonly task?: string;
  readonly sudo: boolean;
  readonly timeoutMs: number;
}

export function assembleRun(request: RunRequest): Plan {
  const { command, hosts, ...rest } = request;
  return sealPlan(
    { ...rest, verb: "run" },
    hosts.map((host) => runHost(host, command)),
  );
}

const anyState: StepExpectation = { system: null, generation: 0, files: "" };

const runHost = ({ name, base }: RunRequest["hosts"][number], command: RunCommand): PlanHost => ({
  name,
  base,
  action: "change",
  from: null,
  to: null,
  files: [],
  directories: [],
  units: [],
  packages: [],
  users: [],
  secrets: [],
  conflicts: [],
  notes: [],
  reboot: { needed: "unknown", reasons: [] },
  steps: [{ id: `${name}/run`, kind: "run", needs: [], expect: anyState, ...command }],
});
