/** `nixfleet lab up` and `nixfleet lab image`. */
import type { Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import type { CliContext } from "../context.ts";
import { labRecord, renderMachines, renderNextSteps } from "../render/lab.ts";
import { styleFor } from "../render/style.ts";
import { machinesLike } from "./lab-like.ts";
import {
  addImageOptions,
  addMachineOptions,
  addStateOption,
  type ImageFlags,
  imageRequest,
  type UpFlags,
  upRequest,
} from "./lab-options.ts";
import { runLab } from "./lab-run.ts";

export function configureLabUp(command: Command, context: CliContext): void {
  const up = command.command("up").description("build the image if need be, and boot the machines");
  addImageOptions(addStateOption(addMachineOptions(up)))
    .argument("[name...]", "names of the machines, instead of --hosts and --name")
    .option("--like <inventory>", "one machine for each host of the project's inventory, by its name and base")
    .option("--json", "machines and files as JSON")
    .action((names: readonly string[], flags: UpFlags) => bringUp(names, flags, context));
  const image = command.command("image").description("build the image and the Nix commands only");
  addImageOptions(image).action((flags: ImageFlags) => buildImage(flags, context));
}

function bringUp(names: readonly string[], flags: UpFlags, context: CliContext): Promise<void> {
  return runLab(context, flags, async (lab, report) => {
    const fleet = await machinesLike(flags, names, context);
    if (!fleet.ok) return fleet;
    const request = upRequest({ ...flags, shape: [...fleet.value.shapes, ...flags.shape] }, fleet.value.names);
    if (!request.ok) return request;
    const [workflow, { listMachines }] = await Promise.all([
      import("../../workflows/lab/up.ts"),
      import("../../workflows/lab/list.ts"),
    ]);
    const up = await workflow.bringUp(lab, request.value, report);
    if (!up.ok) return up;
    const listed = await listMachines(lab);
    if (!listed.ok) return listed;
    if (flags.json === true) return ok(`${JSON.stringify(labRecord(lab, listed.value), undefined, 2)}\n`);
    const style = styleFor(context.stdout, context.env);
    return ok(`${renderMachines(listed.value, style)}\n${renderNextSteps(lab, listed.value, flags.state, style)}`);
  });
}

function buildImage(flags: ImageFlags, context: CliContext): Promise<void> {
  return runLab(context, flags, async (lab, report) => {
    const { prepareImage } = await import("../../workflows/lab/image.ts");
    const image = await prepareImage(lab, imageRequest(flags), report);
    return image.ok ? ok(`image  ${image.value.root}\nnix    ${image.value.binDir}/nix\n`) : image;
  });
}
