/** Which closure a rollback goes to, from the generations that the host has. */
import type { Generation, HostName, StorePath } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { liveSystem } from "./live-system.ts";

export type RollbackTarget = { readonly kind: "closure"; readonly system: StorePath } | { readonly kind: "empty" };

/**
 * "previous" is what ran before the present generation, as the host recorded it. Where it has no record, or came back from
 * something newer, it is the newest older generation with another closure, or nothing managed at all; on a host that went
 * back to nothing, the newest there is. Generation 0 is always there. Fails with `plan/no-generation`.
 */
export function rollbackTarget(host: HostName, facts: HostFacts, to: "previous" | Generation): Result<RollbackTarget> {
  if (to === 0) return ok({ kind: "empty" });
  const target = to === "previous" ? previous(facts) : facts.generations.find(({ generation }) => generation === to);
  if (target !== undefined) return ok({ kind: "closure", system: target.system });
  if (to === "previous" && facts.generation > 0) return ok({ kind: "empty" });
  return err(
    failure(
      "plan/no-generation",
      to === "previous" ? "nothing was applied here, so nothing to go back to" : `no generation ${to}`,
      {
        host,
        expected: to === "previous" ? "a generation before the present one" : `generation ${to}`,
        found: facts.generations.length === 0 ? "no generations" : `generations ${listed(facts)}`,
      },
    ),
  );
}

function previous(facts: HostFacts) {
  const live = liveSystem(facts);
  const isEmpty = facts.generation === 0;
  const older = facts.generations
    .filter(({ generation, system }) => (isEmpty || generation < facts.generation) && system !== live)
    .toSorted((a, b) => b.generation - a.generation);
  // The number below is not always what ran: after going back from 3 to 2, generation 4 follows on 2.
  const recorded = facts.state?.system === live ? facts.state.previous : undefined;
  return older.find(({ system }) => system === recorded) ?? older[0];
}

const listed = (facts: HostFacts): string => facts.generations.map(({ generation }) => generation).join(", ");
