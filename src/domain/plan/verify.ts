/** A linter for plans, apart from the planner: rechecks any plan, also one that comes from a file. */
import { compareHostNames } from "../fold-hosts.ts";
import { CHECK_NAME } from "../health/check.ts";
import { parseHostName, parseStorePath } from "../ids.ts";
import type { Inventory } from "../inventory/resolved.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { failureCodes } from "../outcome/failure-codes/index.ts";
import { verifyRollout } from "../rollout/verify-rollout.ts";
import { type Plan, type PlanHost, planActions, type Step } from "./plan.ts";
import { osFindings } from "./verify-os.ts";

/** All findings; none for a plan that may be executed. With an inventory, its hosts must be in it as they were. */
export function verifyPlan(plan: Plan, known: { readonly inventory?: Inventory } = {}): Failure[] {
  return [
    ...fleetFindings(plan).map((what) => failure("plan/invalid", what)),
    ...plan.hosts.flatMap((host) => {
      const name = parseHostName(host.name);
      return hostFindings(plan, host, known.inventory).map((what) =>
        failure("plan/invalid", what, name === undefined ? {} : { host: name }),
      );
    }),
  ];
}

function fleetFindings(plan: Plan): string[] {
  const names = plan.hosts.map((host) => host.name);
  const changing = plan.hosts.filter((host) => host.action === "change").map((host) => host.name);
  const miscounted = planActions.filter(
    (action) => plan.hosts.filter((host) => host.action === action).length !== plan.summary[action],
  );
  return [
    ...when(new Set(names).size !== names.length, "a host is listed twice"),
    ...when(!isSorted(names), "the hosts are not in their order"),
    ...when(
      !sameMembers(plan.rollout.order, changing),
      "the order of the rollout does not name exactly the hosts that change",
    ),
    ...when(plan.hooks !== undefined && changing.length === 0, "has hooks around a rollout of no hosts"),
    ...miscounted.map((action) => `the summary miscounts the hosts with action ${action}`),
    ...verifyRollout(plan.rollout),
  ];
}

function hostFindings(plan: Plan, host: PlanHost, inventory: Inventory | undefined): string[] {
  return [
    ...when(parseHostName(host.name) === undefined, `${JSON.stringify(host.name)} is not a host name`),
    ...(inventory === undefined ? [] : inventoryFindings(host, inventory)),
    ...(host.action === "change" ? changeFindings(plan, host) : idleFindings(host)),
    ...systemsOf(host)
      .filter((system) => parseStorePath(system) === undefined)
      .map((system) => `${JSON.stringify(system)} is not a store path`),
    ...host.files
      .filter((file) => file.diff !== undefined && file.withheld !== undefined)
      .map((file) => `${file.path} carries a diff that is said to be withheld`),
  ];
}

function inventoryFindings(host: PlanHost, inventory: Inventory): string[] {
  const known = inventory.hosts.find((candidate) => candidate.name === host.name);
  if (known === undefined) return ["the host is not in the inventory"];
  return [
    ...when(known.base !== host.base, `the inventory says base ${known.base}, the plan ${host.base}`),
    ...delegatesOf(host)
      .filter((delegate) => !inventory.hosts.some(({ name }) => name === delegate))
      .map((delegate) => `a hook runs on ${delegate}, which is not in the inventory`),
  ];
}

function delegatesOf({ hooks }: PlanHost): string[] {
  return Object.values(hooks ?? {})
    .flat()
    .flatMap(({ where }) => /^delegate:(.+)$/.exec(where)?.slice(1) ?? []);
}

function idleFindings(host: PlanHost): string[] {
  const needsCode = host.action !== "none";
  return [
    ...when(host.steps.length > 0, `has steps although its action is ${host.action}`),
    ...when(host.reason === undefined, "does not say why nothing happens"),
    ...when(
      needsCode && (host.code === undefined || !Object.hasOwn(failureCodes, host.code)),
      "has no known failure code",
    ),
    ...when(host.error?.code !== host.code, "names another failure than it describes"),
    ...when(host.hooks !== undefined, "has hooks although nothing happens to it"),
  ];
}

function changeFindings(plan: Plan, host: PlanHost): string[] {
  return [
    ...when(host.steps.length === 0, "is to change, but has no steps"),
    ...when(plan.verb !== "run" && (host.from === null || host.to === null), "is to change, but was not observed"),
    ...when(host.conflicts.length > 0, "is to change although files are in the way"),
    ...when(host.code !== undefined, "is to change although it carries a failure"),
    ...host.steps.flatMap((step, index) => stepFindings(plan, host, step, index)),
  ];
}

function stepFindings(plan: Plan, host: PlanHost, step: Step, index: number): string[] {
  const earlier = new Set(host.steps.slice(0, index).map((other) => other.id));
  const expected = host.from;
  return [
    ...when(step.id !== `${host.name}/${step.kind}`, `step ${step.id} is misnamed`),
    ...when(earlier.has(step.id), `step ${step.id} comes twice`),
    ...step.needs
      .filter((need) => !earlier.has(need))
      .map((need) => `step ${step.id} needs ${need}, which does not come before it`),
    ...when(!kindsOf[plan.verb].includes(step.kind), `step ${step.id} has no place in a plan to ${plan.verb}`),
    ...when("system" in step && step.system !== host.to?.system, `step ${step.id} brings another closure than planned`),
    ...osFindings(host, step),
    ...checkFindings(step),
    ...when(step.kind === "remove" && host.to?.system !== null, `step ${step.id} does not end at the empty closure`),
    ...when(
      expected !== null &&
        (step.expect.system !== expected.system ||
          step.expect.generation !== expected.generation ||
          step.expect.files !== expected.files),
      `step ${step.id} expects another host than was observed`,
    ),
  ];
}

/** They become arguments and lines of the host program. */
function checkFindings(step: Step): string[] {
  const checks = step.kind === "activate" ? (step.checks ?? []) : [];
  const named = new Set(checks.map(({ name }) => name));
  return [
    ...when(named.size !== checks.length, `step ${step.id} has two checks with one name`),
    ...checks
      .filter(({ name, probe }) => !CHECK_NAME.test(name) || /[\t\n]/.test(Object.values(probe).join("")))
      .map(
        ({ name }) =>
          `step ${step.id} has the check ${JSON.stringify(name)}, whose name or value cannot be told to a host`,
      ),
  ];
}

const kindsOf: Readonly<Record<Plan["verb"], readonly Step["kind"][]>> = {
  apply: ["program", "os-update", "reboot", "copy", "secrets", "activate"],
  rollback: ["copy", "activate", "remove"],
  remove: ["remove"],
  run: ["run"],
  "os-update": ["os-update", "copy", "secrets", "activate", "reboot"],
  reboot: ["reboot"],
};

const systemsOf = (host: PlanHost): string[] =>
  [host.from?.system, host.to?.system, ...host.steps.map(descriptionOf)].filter((system) => typeof system === "string");

const descriptionOf = (step: Step): string | undefined => ("description" in step ? step.description : undefined);

const when = (wrong: boolean, finding: string): string[] => (wrong ? [finding] : []);

const isSorted = (names: readonly string[]): boolean =>
  names.every((name, index) => index === 0 || compareHostNames(names[index - 1] ?? "", name) <= 0);

const sameMembers = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && new Set(left).size === left.length && right.every((name) => left.includes(name));
