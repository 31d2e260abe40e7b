/** The groups of an inventory as a tree. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { Inventory, ResolvedGroup } from "../../domain/inventory/resolved.ts";
import { count, wrap } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Each group below its parents, with the hosts that are in none of its children. Ends with a newline. */
export function renderGraph(inventory: Inventory, view: { readonly style: Style; readonly width: number }): string {
  const own = [...inventory.groups.values()].filter((group) => !group.automatic);
  const inner = new Set(own.flatMap((group) => group.children));
  const tops = own.filter((group) => !inner.has(group.name));
  const all = inventory.groups.get("all") ?? { name: "all", hosts: [], children: [], automatic: true };
  const root = { ...all, children: tops.map((group) => group.name) };
  return `${new TreeText(inventory, view).lines(root).join("\n")}\n`;
}

interface Branches {
  readonly tee: string;
  readonly corner: string;
  readonly bar: string;
}

const drawn: Branches = { tee: "├─ ", corner: "└─ ", bar: "│  " };
const typed: Branches = { tee: "|- ", corner: "`- ", bar: "|  " };

class TreeText {
  readonly #groups: ReadonlyMap<string, ResolvedGroup>;
  readonly #style: Style;
  readonly #width: number;
  readonly #branches: Branches;

  constructor({ groups }: Inventory, { style, width }: { readonly style: Style; readonly width: number }) {
    this.#groups = groups;
    this.#style = style;
    this.#width = width;
    this.#branches = style.unicode ? drawn : typed;
  }

  lines(group: ResolvedGroup, indent = ""): string[] {
    const children = group.children.flatMap((name) => this.#groups.get(name) ?? []);
    const below = new Set(children.flatMap((child) => child.hosts));
    const hosts = foldHosts(group.hosts.filter((host) => !below.has(host)));
    const members = [...children, ...(hosts === "" ? [] : [hosts])];
    const head = `${this.#style.strong(printable(group.name))}  ${this.#style.dim(count(group.hosts.length, "host"))}`;
    return [head, ...members.flatMap((member, index) => this.#member(member, index === members.length - 1, indent))];
  }

  #member(member: ResolvedGroup | string, isLast: boolean, indent: string): string[] {
    const { tee, corner, bar } = this.#branches;
    const rest = indent + (isLast ? " ".repeat(bar.length) : bar);
    const width = this.#width - rest.length;
    const lines =
      typeof member === "string"
        ? wrap(printable(member), { first: "", width }).map(
            (line, index) => (index === 0 ? "" : rest) + this.#style.name(line),
          )
        : this.lines(member, rest);
    const [first = "", ...others] = lines;
    return [indent + (isLast ? corner : tee) + first, ...others];
  }
}
