/** `nixfleet schema NAME`: the JSON Schemas of what nixfleet writes and reads. */
import type { Command } from "commander";
import { didYouMean } from "../../domain/near-miss.ts";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { failure } from "../../domain/outcome/failure.ts";
import type { CliContext } from "../context.ts";
import { renderFailure } from "../render/failures.ts";
import { outputTo } from "../render/output.ts";
import { schemaNames, schemaOf } from "../schemas.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[name]", `${schemaNames.join(", ")}; all names when left out`)
    .action((name: string | undefined) => printSchema(name, context));
}

async function printSchema(name: string | undefined, context: CliContext): Promise<void> {
  const stdout = outputTo(context.stdout);
  if (name === undefined) {
    stdout.write(`${schemaNames.join("\n")}\n`);
    return context.exit(exitCodes.ok);
  }
  const known = schemaNames.find((candidate) => candidate === name);
  if (known === undefined) {
    const next = didYouMean(name, schemaNames) ?? `one of ${schemaNames.join(", ")}`;
    outputTo(context.stderr).write(
      renderFailure(failure("cli/unknown-schema", `no schema is called ${name}`, { next })),
    );
    return context.exit(exitCodes.usage);
  }
  stdout.write(`${JSON.stringify(await schemaOf(known), null, 2)}\n`);
  context.exit(exitCodes.ok);
}
