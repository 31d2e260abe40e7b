/** Where closures are. */
import type { Answered } from "../../workflows/ask-hosts.ts";
import type { Built } from "../../workflows/build.ts";
import { table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** A row for each closure that was built: the host, the store path, the link. */
export function renderBuilt(answers: readonly Answered<Built>[], style: Style): string {
  const rows = answers.flatMap(({ host, answer }) => {
    if (!answer.ok) return [];
    const { system, link } = answer.value;
    return [
      [
        { text: host.name, paint: style.name },
        { text: system },
        ...(link === undefined ? [] : [{ text: printable(link) }]),
      ],
    ];
  });
  return table(rows)
    .map((line) => `${line}\n`)
    .join("");
}
