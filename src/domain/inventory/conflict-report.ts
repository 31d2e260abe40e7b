/** Collects disagreements between groups, so that one is told once and not for each host. */
import { foldHosts } from "../fold-hosts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { nodeAt, positionAt, valueOffset } from "./document/located.ts";
import { writtenText } from "./document/written.ts";
import type { Fragment } from "./fragment.ts";
import type { Conflict, Part } from "./merge.ts";

export class ConflictReport {
  readonly #fragment: Fragment;
  readonly #found = new Map<string, { readonly conflict: Conflict; readonly hosts: string[] }>();

  constructor(fragment: Fragment) {
    this.#fragment = fragment;
  }

  add(host: string, conflicts: readonly Conflict[]): void {
    for (const conflict of conflicts) {
      const key = JSON.stringify([conflict.path, conflict.parts.map(({ layer }) => layer.name)]);
      const known = this.#found.get(key);
      if (known === undefined) this.#found.set(key, { conflict, hosts: [host] });
      else known.hosts.push(host);
    }
  }

  failures(): Failure[] {
    return [...this.#found.values()].map(({ conflict, hosts }) => this.#failure(conflict, hosts));
  }

  #failure({ path, parts }: Conflict, hosts: readonly string[]): Failure {
    const names = parts.map(({ layer }) => layer.name);
    const last = parts.at(-1);
    const what = `groups ${names.slice(0, -1).join(", ")} and ${names.at(-1)} set ${path.join(".")} differently for ${foldHosts(hosts)}`;
    return failure("inventory/conflict", what, {
      ...(last === undefined ? {} : { at: this.#place(last, path) }),
      expected: "one value: groups that are not inside each other do not override each other",
      found: parts.map((part) => this.#description(part, path)).join("; "),
      next: "set it on the host, or in a group that is a child of both",
    });
  }

  #description(part: Part, path: readonly string[]): string {
    const { file, line, column } = this.#place(part, path);
    const node = nodeAt(this.#fragment.root, [...part.layer.path, ...path]);
    return `${part.layer.name} says ${node === undefined ? "otherwise" : writtenText(node)} (${file}:${line}:${column})`;
  }

  #place({ layer }: Part, path: readonly string[]) {
    return positionAt(this.#fragment.source, valueOffset(this.#fragment.root, [...layer.path, ...path]));
  }
}
