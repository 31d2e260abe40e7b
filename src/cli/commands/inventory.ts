import type { Command } from "commander";
import type { CliContext } from "../context.ts";

export function configure(_command: Command, _context: CliContext): void {}
