/** Where closures are. */
import type { BuiltFleet } from "../../workflows/build.ts";
import { buildWords } from "./build-words.ts";
import { count, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { byteWords } from "./words.ts";

/** A row for each closure that was built: the host, the store path, the link, and where it is when that is not here. */
export function renderBuilt({ hosts, pushed }: BuiltFleet, style: Style): string {
  const rows = hosts.flatMap(({ host, answer }) => {
    if (!answer.ok) return [];
    const { system, build, link } = answer.value;
    return [
      [
        { text: host.name, paint: style.name },
        { text: system },
        ...(link === undefined ? [] : [{ text: printable(link) }]),
        ...(build.where === "here" ? [] : [{ text: buildWords(build), paint: style.dim }]),
      ],
    ];
  });
  const told =
    pushed === undefined
      ? []
      : [`pushed ${count(pushed.paths, "path")}, ${byteWords(pushed.bytes)}, to ${printable(pushed.store)}`];
  return [...table(rows), ...told].map((line) => `${line}\n`).join("");
}
