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
  type ImageOnlyFlags,
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
  addImageOptions(image)
    .option("--sid", "also the image of Debian unstable, and its Nix")
    .action((flags: ImageOnlyFlags) => buildImage(flags, context));
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

function buildImage(flags: ImageOnlyFlags, context: CliContext): Promise<void> {
  return runLab(context, flags, async (lab, report) => {
    const { prepareImage } = await import("../../workflows/lab/image.ts");
    const sid = flags.sid === true;
    const image = await prepareImage(lab, { ...imageRequest(flags), sid }, report);
    if (!image.ok) return image;
    const { root, binDir, sidBinDir } = image.value;
    const places = [[root, binDir], ...(sid ? [[image.value.sid, sidBinDir]] : [])];
    return ok(places.map(([folder, bin]) => `image  ${folder}\nnix    ${bin}/nix\n`).join(""));
  });
}
