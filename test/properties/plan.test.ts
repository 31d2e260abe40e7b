import fc from "fast-check";
import { expect, test } from "vitest";
import { assemble } from "../../src/domain/plan/assemble.ts";
import { decodePlan, encodePlan } from "../../src/domain/plan/codec.ts";
import { planSchema } from "../../src/domain/plan/plan.ts";
import { verifyPlan } from "../../src/domain/plan/verify.ts";
import { anyRequest, anyRollback } from "../support/arbitrary-plan.ts";

test("the check apart from the planner accepts every plan that the planner makes", () => {
  fc.assert(
    fc.property(fc.oneof(anyRequest, anyRollback), (request) => {
      expect(verifyPlan(assemble(request))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test("every plan has the shape of the published schema, to the last field", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const plan = JSON.parse(JSON.stringify(assemble(request)));
      expect(planSchema.parse(plan)).toEqual(plan);
    }),
  );
});

test("a plan comes back from its file as it was", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const plan = assemble(request);
      expect(decodePlan(encodePlan(plan))).toEqual({ ok: true, value: JSON.parse(JSON.stringify(plan)) });
    }),
  );
});

test("the same hosts in any order make the same bytes", () => {
  fc.assert(
    fc.property(anyRequest, fc.nat(), (request, seed) => {
      const turn = request.hosts.length === 0 ? 0 : seed % request.hosts.length;
      const turned = [...request.hosts.slice(turn), ...request.hosts.slice(0, turn)].reverse();
      expect(encodePlan(assemble({ ...request, hosts: turned }))).toBe(encodePlan(assemble(request)));
    }),
  );
});

test("the id does not depend on the time, and on everything else", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const { id } = assemble(request);
      expect(assemble({ ...request, createdAt: "2031-05-05T00:00:00.000Z" }).id).toBe(id);
      expect(assemble({ ...request, maxParallel: (request.maxParallel ?? 0) + 1 }).id).not.toBe(id);
    }),
  );
});

test("a plan file in which anything was changed is refused", () => {
  fc.assert(
    fc.property(anyRequest, fc.nat(), fc.constantFrom("0", "x", " x"), (request, at, text) => {
      const original = encodePlan(assemble(request));
      const cut = at % original.length;
      const edited = original.slice(0, cut) + text + original.slice(cut + 1);
      const read = decodePlan(edited);
      // A change of white space outside of strings, or of the time, changes nothing that is planned.
      if (read.ok) expect({ ...read.value, createdAt: "" }).toEqual({ ...JSON.parse(original), createdAt: "" });
    }),
    { numRuns: 500 },
  );
});
