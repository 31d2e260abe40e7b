/** `nixfleet version`: of this program and of what it runs on. */
import process from "node:process";
import type { Command } from "commander";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import type { CliContext } from "../context.ts";
import { outputTo } from "../render/output.ts";
import { version } from "../version.ts";

export function configure(command: Command, context: CliContext): void {
  command.option("--json", "as JSON").action((flags: { readonly json?: true }) => {
    const facts = { nixfleet: version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
    const text =
      flags.json === true
        ? `${JSON.stringify(facts, null, 2)}\n`
        : `nixfleet ${facts.nixfleet} (node ${facts.node}, ${facts.platform})\n`;
    outputTo(context.stdout).write(text);
    context.exit(exitCodes.ok);
  });
}
