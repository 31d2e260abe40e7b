/** `nixfleet lab`: throw-away machines to try and to test on. */
import { Argument, type Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import type { CliContext, PassedOnExitCode } from "../context.ts";
import { labRecord, renderMachines } from "../render/lab.ts";
import { styleFor } from "../render/style.ts";
import { wireLab } from "../wire/machine.ts";
import { addStateOption, type PlaceFlags } from "./lab-options.ts";
import { failLab, runLab } from "./lab-run.ts";
import { configureLabUp } from "./lab-up.ts";

export function configure(command: Command, context: CliContext): void {
  command.enablePositionalOptions();
  configureLabUp(command, context);
  configureList(command, context);
  configureSsh(command, context);
  configureReset(command, context);
  configureFaults(command, context);
  configureDown(command, context);
}

function configureList(command: Command, context: CliContext): void {
  addStateOption(command.command("list").description("the machines and what they do"))
    .option("--json", "machines and files as JSON")
    .action((flags: PlaceFlags & { readonly json?: true }) =>
      runLab(context, flags, async (lab) => {
        const { listMachines } = await import("../../workflows/lab/list.ts");
        const listed = await listMachines(lab);
        if (!listed.ok) return listed;
        if (flags.json === true) return ok(`${JSON.stringify(labRecord(lab, listed.value), undefined, 2)}\n`);
        return ok(renderMachines(listed.value, styleFor(context.stdout, context.env)));
      }),
    );
}

function configureSsh(command: Command, context: CliContext): void {
  addStateOption(command.command("ssh").description("log in to a machine, or run a command there"))
    .argument("<name>")
    .argument("[command...]")
    .passThroughOptions()
    .action(async (name: string, words: readonly string[], flags: PlaceFlags) => {
      const { sshTo } = await import("../../workflows/lab/ssh.ts");
      const code = await sshTo(await wireLab(context, flags), name, words);
      if (code.ok) context.exit(code.value as PassedOnExitCode);
      else failLab(context, code.error);
    });
}

function configureReset(command: Command, context: CliContext): void {
  addStateOption(command.command("reset").description("throw disks away and boot from the image again"))
    .argument("[name...]", "machines; all when none is named")
    .action((names: readonly string[], flags: PlaceFlags) =>
      runLab(context, flags, async (lab, report) => {
        const { resetMachines } = await import("../../workflows/lab/power.ts");
        const done = await resetMachines(lab, names, report);
        return done.ok ? ok(`${done.value.join(", ")} fresh again\n`) : done;
      }),
    );
}

function configureFaults(command: Command, context: CliContext): void {
  addStateOption(command.command("power").description("cut a machine's power, or boot it from its disk"))
    .argument("<name>")
    .addArgument(new Argument("<to>").choices(["on", "off"]))
    .action((name: string, to: "on" | "off", flags: PlaceFlags) =>
      runLab(context, flags, async (lab, report) => {
        const { setPower } = await import("../../workflows/lab/power.ts");
        const done = await setPower(lab, [name], to, report);
        return done.ok ? ok(`${name} is ${to}\n`) : done;
      }),
    );
  addStateOption(command.command("link").description("pull a machine's network cable, or plug it in"))
    .argument("<name>")
    .addArgument(new Argument("<to>").choices(["up", "down"]))
    .action((name: string, to: "up" | "down", flags: PlaceFlags) =>
      runLab(context, flags, async (lab) => {
        const { setLinks } = await import("../../workflows/lab/power.ts");
        const done = await setLinks(lab, [name], to);
        return done.ok ? ok(`the cable of ${name} is ${to === "up" ? "plugged in" : "pulled"}\n`) : done;
      }),
    );
}

function configureDown(command: Command, context: CliContext): void {
  addStateOption(command.command("down").description("end the machines and remove everything but the cached image"))
    .option("--forget-image", "remove the cached image and the Nix commands as well")
    .action((flags: PlaceFlags & { readonly forgetImage?: true }) =>
      runLab(context, flags, async (lab, report) => {
        const { takeDown } = await import("../../workflows/lab/down.ts");
        const done = await takeDown(lab, { forgetImage: flags.forgetImage === true }, report);
        if (!done.ok) return done;
        return ok(done.value.machines === 0 ? `no lab was up in ${lab.store.folder}\n` : "the lab is down\n");
      }),
    );
}
