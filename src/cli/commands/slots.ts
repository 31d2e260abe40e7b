/** `nixfleet slots`: who holds the reboot budget, and freeing the slot of a host that does not come back. */
import type { Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import { loadProject } from "../../workflows/inventory/load-project.ts";
import { freeSlot, slotReport } from "../../workflows/os/slots.ts";
import type { CliContext } from "../context.ts";
import { addQueryOptions, type QueryFlags, runQuery } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { renderSlots } from "../render/slots.ts";
import { wireProject, wireSlotStore } from "../wire.ts";

export function configure(command: Command, context: CliContext): void {
  addQueryOptions(command.command("status").description("the budgets, and the hosts that hold their slots"))
    .argument("[group...]", "groups; every group with a budget when none is named")
    .action((groups: readonly string[], flags: QueryFlags) =>
      runQuery(context, flags, async ({ style }) => {
        const project = await loadProject(projectRequest(flags, context), await wireProject(context));
        if (!project.ok) return project;
        const { inventory, warnings } = project.value;
        const store = await wireSlotStore(context, inventory);
        if (!store.ok) return { ok: false, error: [store.error] };
        const report = await slotReport(groups, inventory, store.value);
        if (!report.ok) return { ok: false, error: [report.error] };
        const text = flags.json === true ? `${JSON.stringify(report.value)}\n` : renderSlots(report.value, style);
        return ok({ text, warnings });
      }),
    );
  addQueryOptions(
    command.command("release").description("free the slot of a host: it is well, or is never to come back"),
  )
    .argument("<group>")
    .argument("<host>")
    .action((group: string, host: string, flags: QueryFlags) =>
      runQuery(context, flags, async () => {
        const project = await loadProject(projectRequest(flags, context), await wireProject(context));
        if (!project.ok) return project;
        const store = await wireSlotStore(context, project.value.inventory);
        if (!store.ok) return { ok: false, error: [store.error] };
        const freed = await freeSlot(group, host, store.value);
        if (!freed.ok) return { ok: false, error: [freed.error] };
        return ok({ text: `${host} holds no slot of ${group}\n`, warnings: project.value.warnings });
      }),
    );
}
