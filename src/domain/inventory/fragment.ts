/** The first stage: what the file says, each part validated, nothing merged. */
import type { z } from "zod";
import type { Failure } from "../outcome/failure.ts";
import { failure } from "../outcome/failure.ts";
import {
  emptyMap,
  type Located,
  type LocatedMap,
  nodeAt,
  type Path,
  plainValue,
  positionAt,
  type SourceText,
  valueOffset,
} from "./document/located.ts";
import type { ReadDocument } from "./document/read-yaml.ts";
import { foundText } from "./document/written.ts";
import type { RolloutStrategy, Task } from "./resolved.ts";
import { explainIssue } from "./schema/explain-issue.ts";
import { type HostSettings, hostSettings } from "./schema/host-settings.ts";
import {
  type FleetFragment,
  fleetSettings,
  type GroupFragment,
  groupSettings,
  inventorySchema,
  taskSettings,
} from "./schema/inventory-schema.ts";
import { rolloutSettings } from "./schema/rollout-settings.ts";
import * as value from "./schema/values.ts";
import { expectedAt, knownKeys } from "./schema/walk.ts";

export interface Fragment {
  readonly source: SourceText;
  readonly root: LocatedMap;
  readonly fleet: FleetFragment;
  readonly defaults: HostSettings;
  readonly groups: ReadonlyMap<string, GroupFragment>;
  readonly hosts: ReadonlyMap<string, HostSettings>;
  readonly rollouts: ReadonlyMap<string, RolloutStrategy>;
  readonly tasks: ReadonlyMap<string, Task>;
  /** Hosts that lost settings to a mistake: what they lack is not to be held against them. */
  readonly damaged: ReadonlySet<string>;
  readonly mistakes: readonly Failure[];
}

/** Validates a document part by part; what is wrong is left out and reported, the rest stays usable. */
export function readFragment({ root, mistakes }: ReadDocument, source: SourceText): Fragment {
  const validator = new PartValidator(source, root, [...mistakes]);
  validator.topLevel();
  const hosts = validator.parts("hosts", hostSettings);
  const fragment = {
    source,
    root,
    fleet: validator.part(fleetSettings, ["fleet"]) ?? {},
    defaults: validator.part(hostSettings, ["defaults"]) ?? {},
    groups: validator.parts("groups", groupSettings),
    hosts,
    rollouts: validator.parts("rollouts", rolloutSettings),
    tasks: validator.parts("tasks", taskSettings),
    damaged: validator.damaged,
    mistakes: validator.mistakes,
  };
  if (hosts.size === 0 && validator.mistakes.length === 0) validator.mistakes.push(noHosts(root, source));
  return fragment;
}

const noHosts = (root: LocatedMap, source: SourceText): Failure =>
  failure("inventory/empty", "the inventory has no hosts", {
    at: positionAt(source, valueOffset(root, ["hosts"])),
    next: "add one, for example: hosts: { web-1: { base: ubuntu, addr: 192.0.2.10 } }",
  });

class PartValidator {
  readonly damaged = new Set<string>();
  readonly #source: SourceText;
  readonly #root: LocatedMap;
  readonly mistakes: Failure[];

  constructor(source: SourceText, root: LocatedMap, mistakes: Failure[]) {
    this.#source = source;
    this.#root = root;
    this.mistakes = mistakes;
  }

  topLevel(): void {
    const known = knownKeys(inventorySchema, []);
    const keys = [...this.#root.entries.keys()].filter((key) => !known.includes(key));
    if (keys.length > 0) this.#explain(inventorySchema, [], { code: "unrecognized_keys", keys, path: [], message: "" });
  }

  /** The members of a map such as `hosts`, in the order of the file. */
  parts<S extends z.ZodType>(section: "groups" | "hosts" | "rollouts" | "tasks", schema: S): Map<string, z.output<S>> {
    const parts = new Map<string, z.output<S>>();
    const node = nodeAt(this.#root, [section]);
    if (node === undefined || isNothing(node)) return parts;
    if (node.kind !== "map") {
      this.#wrongSection(section, node);
      return parts;
    }
    const keys = keySchemas[section];
    for (const name of node.entries.keys()) {
      if (!keys.safeParse(name).success) {
        this.#explain(inventorySchema, [], {
          code: "invalid_key",
          origin: "record",
          issues: [],
          path: [section, name],
          message: "",
        });
      }
      const part = this.part(schema, [section, name]);
      if (part !== undefined) parts.set(name, part);
    }
    return parts;
  }

  /** One part; settings with mistakes are left out of it. Nothing when it is absent or has no usable form. */
  part<S extends z.ZodType>(schema: S, at: Path): z.output<S> | undefined {
    const node = nodeAt(this.#root, at);
    if (node === undefined) return undefined;
    const typed = plainValue(isNothing(node) ? emptyMap(node.offset) : node);
    const parsed = schema.safeParse(typed);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) this.#explain(schema, at, issue);
    if (at[0] === "hosts") this.damaged.add(String(at[1]));
    const rest = schema.safeParse(withoutMistakes(typed, parsed.error.issues));
    return rest.success ? rest.data : schema.safeParse({}).data;
  }

  #explain(schema: z.ZodType, at: Path, issue: z.core.$ZodIssue): void {
    this.mistakes.push(...explainIssue(issue, { source: this.#source, root: this.#root, schema, at }));
  }

  #wrongSection(section: string, node: Located): void {
    this.mistakes.push(
      failure("inventory/wrong-type", `${section} has the wrong type`, {
        at: positionAt(this.#source, node.offset),
        expected: expectedAt(inventorySchema, [section]) ?? "a map",
        found: foundText(node),
      }),
    );
  }
}

const keySchemas = {
  groups: value.name,
  hosts: value.hostName,
  rollouts: value.name,
  tasks: value.name,
};

/** An absent value: `web-1:` with nothing behind it, for a host that gets all its settings elsewhere. */
const isNothing = (node: Located): boolean => node.kind === "scalar" && node.value === null;

function withoutMistakes(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const bad = new Set(
    issues.flatMap((issue) =>
      issue.path.length === 0 && issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])],
    ),
  );
  return Object.fromEntries(Object.entries(value).filter(([key]) => !bad.has(key)));
}
