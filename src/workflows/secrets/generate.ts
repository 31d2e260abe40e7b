/** `nixfleet secrets generate`: makes what is missing, what is due and what was asked for, and encrypts it at once. */
import type { HostName } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { publicFileOf } from "../../domain/secrets/declared.ts";
import { generationTasks, type Task } from "../../domain/secrets/generation.ts";
import { openFile, readLedger, readRecipients, writeFile } from "./encrypted-file.ts";
import type { SecretTools } from "./tools.ts";

export interface GenerationRequest {
  readonly hosts: readonly HostName[];
  /** Names to make anew. */
  readonly rotate: readonly string[];
  readonly due: boolean;
}

export interface Generated {
  readonly file: string;
  readonly because: Task["because"];
  /** Where the public part lies, when there is one. */
  readonly publicFile?: string;
}

/** Ends at the first failure; what was made before it is written. */
export async function generate(
  { hosts, rotate, due }: GenerationRequest,
  tools: SecretTools,
): Promise<Result<readonly Generated[]>> {
  const { secrets, clock, signal } = tools;
  const recipients = await readRecipients(secrets);
  if (!recipients.ok) return recipients;
  const declared = await tools.declared(hosts, signal);
  if (!declared.ok) return declared;
  const present = new Set(await secrets.list());
  const wish = { rotate: new Set(rotate), due, nowMs: clock.now() };
  const tasks = generationTasks(declared.value, present, await readLedger(secrets), wish);
  if (!tasks.ok) return tasks;
  const made: Generated[] = [];
  for (const task of tasks.value) {
    const outcome = await carryOut(task, tools);
    if (!outcome.ok) return outcome;
    made.push(outcome.value);
  }
  return ok(made);
}

async function carryOut(task: Task, tools: SecretTools): Promise<Result<Generated>> {
  const { secrets, clock, signal } = tools;
  const needs = new Map<string, Uint8Array>();
  for (const [name, file] of task.needs) {
    const value = await openFile(file, tools);
    if (!value.ok) return value;
    needs.set(name, value.value);
  }
  const generated = await secrets.generate(task.generator, { name: task.name, needs, signal });
  if (!generated.ok) return generated;
  const { value, publicPart } = generated.value;
  const written = await writeFile({ file: task.file, value, made: new Date(clock.now()).toISOString() }, tools);
  if (!written.ok) return err(written.error);
  if (publicPart === undefined) return ok({ file: task.file, because: task.because });
  const publicFile = publicFileOf(task.file);
  await secrets.write(publicFile, publicPart);
  return ok({ file: task.file, because: task.because, publicFile });
}
