/** Which secrets a generator has to make, and in which order. */
import type { HostName } from "../ids.ts";
import { type DeclaredSecret, fileOf, type Generator } from "./declared.ts";
import type { Ledger } from "./ledger.ts";

export interface Task {
  readonly file: string;
  readonly name: string;
  readonly generator: Generator;
  /** Files of the secrets that it needs, by name. */
  readonly needs: ReadonlyMap<string, string>;
  readonly because: "missing" | "due" | "asked";
}

export interface GenerationWish {
  /** Names to make anew, whether they exist or not. */
  readonly rotate: ReadonlySet<string>;
  /** Also those that are older than they may be. */
  readonly due: boolean;
  readonly nowMs: number;
}

const MS_PER_DAY = 86_400_000;

/** Each file once, what others need first. A circle among needs leaves out the edge that closes it. */
export function generationTasks(
  hosts: ReadonlyMap<HostName, readonly DeclaredSecret[]>,
  present: ReadonlySet<string>,
  ledger: Ledger,
  wish: GenerationWish,
): Task[] {
  const tasks = new Map<string, Task>();
  const visit = (secret: DeclaredSecret, all: readonly DeclaredSecret[], above: ReadonlySet<string>): void => {
    const file = fileOf(secret);
    if (secret.generator === null || file === undefined || above.has(file)) return;
    const needed = all.filter(({ name }) => secret.generator?.dependsOn.includes(name));
    for (const other of needed) visit(other, all, new Set([...above, file]));
    const because = reasonFor(secret, file, present, ledger, wish);
    if (because === undefined || tasks.has(file)) return;
    const needs = new Map(
      needed.flatMap((other) => (fileOf(other) === undefined ? [] : [[other.name, fileOf(other) ?? ""]])),
    );
    tasks.set(file, { file, name: secret.name, generator: secret.generator, needs, because });
  };
  for (const secrets of hosts.values()) for (const secret of secrets) visit(secret, secrets, new Set());
  return [...tasks.values()];
}

function reasonFor(
  { name, generator }: DeclaredSecret,
  file: string,
  present: ReadonlySet<string>,
  ledger: Ledger,
  { rotate, due, nowMs }: GenerationWish,
): Task["because"] | undefined {
  if (!present.has(file)) return "missing";
  if (rotate.has(name)) return "asked";
  const made = Date.parse(ledger[file]?.made ?? "");
  const days = generator?.rotateAfterDays ?? null;
  return due && days !== null && !(nowMs - made < days * MS_PER_DAY) ? "due" : undefined;
}
