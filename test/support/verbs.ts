/** What tests of the verbs on real machines share: what the CLI printed, as checked data, and waiting for the hosts. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ZodType, z } from "zod";
import type { RunEvent } from "../../src/domain/outcome/events.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import type { Status, StatusHost } from "../../src/domain/status/status.ts";
import type { FleetProject } from "./fleet-project.ts";
import type { Answer, TestLab } from "./lab.ts";

type Summary = Extract<RunEvent, { type: "summary" }>;

/** Runs a verb with --json that acts, and gives its events, each of which is what the published schema says. */
export async function act(fleet: FleetProject, ...words: string[]): Promise<Answer & { events: RunEvent[] }> {
  const answer = await fleet.nixfleet(...withFlag(words, "--json"));
  return { ...answer, events: await eventsIn(fleet, answer.stdout) };
}

/** Options go before `--`, behind which a command for the hosts begins. */
function withFlag(words: readonly string[], flag: string): string[] {
  const end = words.indexOf("--");
  return end < 0 ? [...words, flag] : [...words.slice(0, end), flag, ...words.slice(end)];
}

export async function eventsIn(fleet: FleetProject, ndjson: string): Promise<RunEvent[]> {
  const schema = await publishedSchema(fleet, "events");
  return ndjson
    .trimEnd()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)) as RunEvent);
}

/** The last event, which names what became of every host. */
export function summaryOf(events: readonly RunEvent[]): Summary {
  const last = events.at(-1);
  if (last?.type !== "summary") throw new Error(`the last event is ${last?.type ?? "missing"}`);
  return last;
}

/** "lab-1 changed, lab-2 stale". */
export const outcomes = (events: readonly RunEvent[]): string =>
  summaryOf(events)
    .hosts.map(({ name, status }) => `${name} ${status}`)
    .join(", ");

/** The code and the words of the error that a host ended with. */
export function errorOf(events: readonly RunEvent[], host: string) {
  const error = summaryOf(events).hosts.find(({ name }) => name === host)?.error;
  if (error === undefined) throw new Error(`${host} ended without an error`);
  return error;
}

export async function planOf(fleet: FleetProject, ...words: string[]): Promise<Plan> {
  const { stdout } = await fleet.nixfleet("plan", "--json", ...words);
  return (await publishedSchema(fleet, "plan")).parse(JSON.parse(stdout)) as Plan;
}

export async function statusOf(fleet: FleetProject, ...words: string[]): Promise<Status> {
  const { stdout } = await fleet.nixfleet("status", "--json", ...words);
  return (await publishedSchema(fleet, "status")).parse(JSON.parse(stdout)) as Status;
}

export async function statusOfHost(fleet: FleetProject, name: string): Promise<StatusHost> {
  const [host] = (await statusOf(fleet, name)).hosts;
  if (host === undefined) throw new Error(`no status of ${name}`);
  return host;
}

const schemas = new Map<string, ZodType>();

/** What `nixfleet schema NAME` promises to everybody, not what the program checks itself by. */
async function publishedSchema(fleet: FleetProject, name: "plan" | "events" | "status"): Promise<ZodType> {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const schema = z.fromJSONSchema(JSON.parse((await fleet.nixfleet("schema", name)).stdout));
  schemas.set(name, schema);
  return schema;
}

/** Changes a host's module, as a clean tree. */
export function configure(fleet: FleetProject, name: string, module: string): void {
  fleet.write(`hosts/${name}.nix`, module);
  fleet.commit();
}

/** Standard output of a root shell's script on a machine, without the last newline; it has to succeed. */
export async function onHost(lab: TestLab, name: string, script: string): Promise<string> {
  const answer = await lab.ssh(name, `sudo sh -c '${script.replaceAll("'", "'\\''")}'`);
  if (answer.code !== 0) throw new Error(`${name}: exit code ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

const PATIENCE_MS = 60_000;

/** Asks again until it is so; a test that waits in vain says for what. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(100);
  }
}
