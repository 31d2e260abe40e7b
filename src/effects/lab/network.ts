/** The lab's bridge, and the cables of its machines. */
import { bridgeName, cableName, type LabId } from "../../domain/lab/naming.ts";
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { bridgeAddress, overlap, parseRouteTarget, parseSubnet, type Subnet } from "../../domain/lab/subnet.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabNetwork } from "../../ports/lab.ts";
import { run } from "./command.ts";
import { raiseInotifyLimit, restoreInotifyLimit } from "./inotify-limit.ts";
import { takeLock } from "./lock.ts";

export const labNetwork: LabNetwork = { check, alone, up, down, setLink };

/** One for all labs of the machine, whatever folders they have. */
const ADDRESSES_LOCK = "/run/nixfleet-lab-addresses.lock";

async function alone<T>(work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(ADDRESSES_LOCK, true);
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}

/** All routing tables count, also those of the kernel with the addresses of every interface. */
async function check(state: LabState): Promise<Result<void>> {
  const subnet = parseSubnet(state.subnet);
  if (!subnet.ok) return subnet;
  const routes = await run(["ip", "-4", "route", "show", "table", "all"]);
  const clash = routes.stdout.split("\n").find((line) => clashes(line, subnet.value, bridgeName(state.id)));
  if (clash === undefined) return ok(undefined);
  return err(
    failure("lab/subnet-in-use", `${state.subnet} is in use on this machine`, {
      expected: "addresses that no interface and no route has",
      found: clash.trim(),
      next: "choose others, for example --subnet 198.18.1.0/24",
    }),
  );
}

function clashes(route: string, subnet: Subnet, ownBridge: string): boolean {
  const words = route.trim().split(/\s+/);
  if (words.includes(ownBridge)) return false;
  const target = words.map(parseRouteTarget).find((parsed) => parsed !== undefined);
  // "default" has no target of its own; the first address in its line is the gateway, which may not be ours either.
  return target !== undefined && overlap(target, subnet);
}

async function up(state: LabState): Promise<Result<void>> {
  const subnet = parseSubnet(state.subnet);
  if (!subnet.ok) return subnet;
  const bridge = bridgeName(state.id);
  const steps: [string, ...string[]][] = [
    ["ip", "address", "replace", `${bridgeAddress(subnet.value)}/${subnet.value.prefix}`, "dev", bridge],
    ["ip", "link", "set", bridge, "up"],
  ];
  if (!(await present(bridge))) steps.unshift(["ip", "link", "add", bridge, "type", "bridge"]);
  for (const step of steps) {
    const outcome = await run(step);
    if (!outcome.ok)
      return err(failure("lab/start-failed", "the lab's bridge cannot be made", { detail: outcome.stderr }));
  }
  await raiseInotifyLimit();
  return ok(undefined);
}

async function down({ id }: { readonly id: LabId }): Promise<void> {
  await removeLink(bridgeName(id));
  await restoreInotifyLimit();
}

async function setLink(state: LabState, machine: LabMachine, to: "up" | "down"): Promise<Result<void>> {
  const outcome = await run(["ip", "link", "set", cableName(state.id, machine.number), to]);
  if (outcome.ok) return ok(undefined);
  return err(
    failure("lab/machine-off", `${machine.name} has no cable, since it is off`, {
      next: `nixfleet lab power ${machine.name} on`,
    }),
  );
}

/** Does nothing when there is no such interface. */
export async function removeLink(name: string): Promise<void> {
  if (await present(name)) await run(["ip", "link", "delete", name]);
}

const present = async (name: string): Promise<boolean> => (await run(["ip", "link", "show", name])).ok;
