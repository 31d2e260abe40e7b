/** The reference of inventory settings as Markdown; docs/inventory.md holds it. */
import type { ReferenceSection } from "../../domain/inventory/schema/reference.ts";

export function renderReference(sections: readonly ReferenceSection[]): string {
  return sections.map(renderSection).join("\n");
}

function renderSection({ title, settings }: ReferenceSection): string {
  const rows = settings.map(({ key, takes, standard, meaning }) => [
    `\`${key}\``,
    takes,
    standard === "" ? "-" : standard,
    meaning,
  ]);
  const lines = [["key", "takes", "default", "meaning"], ["---", "---", "---", "---"], ...rows].map(
    (cells) => `| ${cells.map(cell).join(" | ")} |`,
  );
  return `### ${title}\n\n${lines.join("\n")}\n`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
