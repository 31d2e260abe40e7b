/** `nixfleet completion SHELL`: a script that completes commands, options and names of hosts. */
import { Argument, type Command } from "commander";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { bashScript } from "../completion/bash.ts";
import { commandTable } from "../completion/command-table.ts";
import { fishScript } from "../completion/fish.ts";
import { zshScript } from "../completion/zsh.ts";
import type { CliContext } from "../context.ts";
import { outputTo } from "../render/output.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function configure(command: Command, context: CliContext): void {
  command
    .addArgument(new Argument("<shell>").choices(Object.keys(scripts)))
    .addHelpText(
      "after",
      `
bash:  source <(nixfleet completion bash)      in ~/.bashrc
zsh:   source <(nixfleet completion zsh)       in ~/.zshrc, after compinit
fish:  nixfleet completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action((shell: keyof typeof scripts) => printScript(shell, context));
}

async function printScript(shell: keyof typeof scripts, context: CliContext): Promise<void> {
  const { commands } = await import("./index.ts");
  outputTo(context.stdout).write(scripts[shell](await commandTable(commands, context)));
  context.exit(exitCodes.ok);
}
