/** `nixfleet doctor`: everything that later verbs rely on, tried before they do. */
import type { Finding } from "../domain/doctor/finding.ts";
import { type HostExamination, judgeHost } from "../domain/doctor/host.ts";
import { judgeMachine, type MachineExamination, type ProjectExamination } from "../domain/doctor/machine.ts";
import { programVersion } from "../domain/host/program-version.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { observe } from "../engine/observe.ts";
import type { HostSession } from "../engine/session.ts";
import type { SigningKeys } from "../ports/signing-keys.ts";
import type { Workstation } from "../ports/workstation.ts";
import { askAll } from "./ask-hosts.ts";
import type { LoadedProject } from "./inventory/load-project.ts";
import { inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface Diagnosis {
  readonly machine: readonly Finding[];
  readonly hosts: readonly { readonly name: string; readonly findings: readonly Finding[] }[];
}

export interface MachineParts {
  readonly workstation: Workstation;
  readonly keys: SigningKeys;
  /** The fleet's key as environment or inventory name it; the default file when left out. */
  readonly keyFile?: string;
}

/** Fails only when it was interrupted: whatever is wrong is a finding. */
export async function diagnose(
  project: LoadedProject,
  hosts: readonly ResolvedHost[],
  parts: MachineParts,
  tools: Tools,
): Promise<Result<Diagnosis, readonly Failure[]>> {
  let diagnosis: Diagnosis | undefined;
  const framed = await inFrame("doctor", tools, false, async (frame) => {
    const signal = tools.interruption.draining;
    const [machine, source, answers] = await Promise.all([
      examineMachine(parts, signal),
      tools.builder.source(signal),
      askAll(hosts, (session) => examineHost(session, tools), frame, tools),
    ]);
    if (signal.aborted) return err([failure("cli/interrupted", "interrupted before everything was looked at")]);
    const examined: ProjectExamination = { inventory: project.inventory, warnings: project.warnings, source };
    diagnosis = {
      machine: judgeMachine(machine, ok(examined)),
      hosts: answers.map(({ host, answer }) => ({
        name: host.name,
        findings: judgeHost(answer.ok ? answer.value : { host, reached: answer }),
      })),
    };
    return ok(exitCodes.ok);
  });
  if (!framed.ok) return framed;
  if (diagnosis === undefined) throw new Error("an examination that went well has no diagnosis");
  return ok(diagnosis);
}

/** For a project that cannot be loaded: what can be said all the same. */
export async function diagnoseWithoutProject(
  reasons: readonly Failure[],
  parts: MachineParts,
  signal: AbortSignal,
): Promise<Diagnosis> {
  return { machine: judgeMachine(await examineMachine(parts, signal), err(reasons)), hosts: [] };
}

async function examineMachine(
  { workstation, keys, keyFile }: MachineParts,
  signal: AbortSignal,
): Promise<MachineExamination> {
  const file = keyFile ?? keys.defaultFile;
  const [ssh, nix, key] = await Promise.all([workstation.ssh(), workstation.nix(signal), keys.read(file)]);
  return { node: workstation.node, ssh, nix, key: key.ok ? ok({ file, key: key.value }) : key };
}

/** One command for the facts, and two small paths for the daemon to judge. */
async function examineHost(session: HostSession, tools: Tools): Promise<Result<HostExamination>> {
  const { clock, interruption } = tools;
  const signal = interruption.draining;
  const reached = { host: session.host, reached: ok(session.connection.description) };
  const before = clock.now();
  const facts = await observe(session, signal);
  // The host read its clock somewhere between the question and the answer, and to the second.
  const here = (before + clock.now()) / 2;
  if (!facts.ok) return ok({ ...reached, facts });
  const aheadMs = facts.value.time * 1000 + 500 - here;
  const seen = { ...reached, facts, aheadMs, program: programVersion(tools.program) };
  const runs = facts.value.nixDaemon === "active" || facts.value.nixDaemon === "socket";
  return ok(runs ? { ...seen, trust: await tryTrust(session, tools) } : seen);
}

async function tryTrust(session: HostSession, { builder, interruption }: Tools) {
  const socket = await session.daemonSocket();
  if (!socket.ok) return socket;
  const { localPath, via } = socket.value;
  const place = via === "direct" ? {} : { socket: localPath };
  return builder.probeTrust({ host: session.host.name, signal: interruption.draining, ...place });
}
