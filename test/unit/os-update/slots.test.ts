import { expect, test } from "vitest";
import { renderSlots } from "../../../src/cli/render/slots.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import { ok } from "../../../src/domain/outcome/result.ts";
import type { SlotStore } from "../../../src/ports/slot-store.ts";
import { slotReport } from "../../../src/workflows/os/slots.ts";
import { inventoryOf } from "../../support/inventory.ts";

const inventory = inventoryOf(`
groups:
  web: { hosts: ["web-*"], osUpdates: { ubuntu: { maxConcurrentReboots: 2 } } }
hosts:
  web-1: { base: ubuntu, addr: web-1.example }
`);
const heldBy = (...holders: readonly string[]): SlotStore => ({
  holdersAre: "names",
  acquire: async () => ok("full"),
  release: async () => ok(undefined),
  holders: async () => ok({ total: 2, holders }),
});

test("a slot that a host of the inventory no longer holds is named as such, since nobody gives it back", async () => {
  const report = await slotReport([], inventory, heldBy("web-1", "web-9"));
  expect(report).toMatchObject({ value: { groups: [{ group: "web", total: 2, strangers: ["web-9"] }] } });
  expect(report.ok && renderSlots(report.value, plainStyle)).toContain("web-1, web-9 (no host of this inventory)");
});

test("slots of hosts of the inventory are told plainly", async () => {
  expect(await slotReport([], inventory, heldBy("web-1"))).toEqual(
    ok({ schema: "nixfleet.slots/1", groups: [{ group: "web", total: 2, holders: ["web-1"] }] }),
  );
});
