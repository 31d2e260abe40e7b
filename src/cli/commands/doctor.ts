/** `nixfleet doctor`: is everything there that later verbs rely on? */
import type { Command } from "commander";
import type { Finding } from "../../domain/doctor/finding.ts";
import { type ExitCode, worstExitCode } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { ok } from "../../domain/outcome/result.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import { type Diagnosis, diagnose, diagnoseWithoutProject, type MachineParts } from "../../workflows/doctor.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { type FleetAnswer, runFleetQuery } from "../fleet-query.ts";
import { diagnosisRecord, renderDiagnosis } from "../render/doctor.ts";
import { wireSigningKeys, wireWorkstation } from "../wire/machine.ts";

export function configure(command: Command, context: CliContext): void {
  command.argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said");
  addFleetOptions(command, { evaluates: true });
  command.action((patterns: readonly string[], flags: FleetFlags) =>
    runFleetQuery(
      {
        flags,
        patterns,
        ask: async (project, selection, tools) => {
          const hosts = selection.hosts.map(({ host }) => host);
          const parts = await machineParts(context, project.inventory.fleet.signingKey);
          const diagnosis = await diagnose(project, hosts, parts, tools);
          return diagnosis.ok ? ok(answerOf(diagnosis.value)) : diagnosis;
        },
        askWithoutProject: async (reasons, signal) =>
          answerOf(await diagnoseWithoutProject(reasons, await machineParts(context, undefined), signal)),
      },
      context,
    ),
  );
}

async function machineParts(context: CliContext, named: string | undefined): Promise<MachineParts> {
  const keyFile = context.env.NIXFLEET_SIGNING_KEY || named;
  return {
    workstation: await wireWorkstation(context),
    keys: await wireSigningKeys(context),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}

const answerOf = (diagnosis: Diagnosis): FleetAnswer => ({
  exit: exitCodeOf(diagnosis),
  record: diagnosisRecord(diagnosis),
  text: (view) => renderDiagnosis(diagnosis, view),
  failures: [],
});

/** Warnings are no obstacle. */
function exitCodeOf({ machine, hosts }: Diagnosis): ExitCode {
  const all: readonly Finding[] = [...machine, ...hosts.flatMap(({ findings }) => findings)];
  const failures = all.flatMap((finding): Failure[] => (finding.state === "fail" ? [finding.failure] : []));
  return worstExitCode(failures.map((failure) => failureExitCode([failure], undefined)));
}
