/** Which old generations hosts would forget. */

import { foldHosts } from "../../domain/fold-hosts.ts";
import type { Garbage } from "../../domain/host/garbage.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { Answered } from "../../workflows/ask-hosts.ts";
import type { Style } from "./style.ts";

/** A line for hosts that would forget the same. Ends with a newline. */
export function renderGarbage(answers: readonly Answered<Garbage>[], style: Style): string {
  const known = answers.flatMap(({ host, answer }) => (answer.ok ? [{ name: host.name, ...answer.value }] : []));
  return groupBy(known, ({ generations }) => generations.join(","))
    .map((group) => {
      const names = style.name(foldHosts(group.map(({ name }) => name)));
      const [first] = group;
      if (first === undefined || first.generations.length === 0) return `${names}: nothing to forget\n`;
      return `${names}: forget generations ${first.generations.join(", ")}\n`;
    })
    .join("");
}
