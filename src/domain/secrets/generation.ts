/** Which secrets a generator has to make, and in which order. */
import type { HostName } from "../ids.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { type DeclaredSecret, fileOf, type Generator } from "./declared.ts";
import type { Ledger } from "./ledger.ts";

export interface Task {
  readonly file: string;
  readonly name: string;
  readonly generator: Generator;
  /** Files of the secrets that it needs, by name. */
  readonly needs: ReadonlyMap<string, string>;
  readonly because: "missing" | "due" | "asked" | "needs";
}

export interface GenerationWish {
  /** Names to make anew, whether they exist or not. */
  readonly rotate: ReadonlySet<string>;
  /** Also those that are older than they may be. */
  readonly due: boolean;
  readonly nowMs: number;
}

const MS_PER_DAY = 86_400_000;

/** Each file once, what others need first. Fails with `secrets/generator` for a circle, `secrets/unknown` for a wish that nobody has. */
export function generationTasks(
  hosts: ReadonlyMap<HostName, readonly DeclaredSecret[]>,
  present: ReadonlySet<string>,
  ledger: Ledger,
  wish: GenerationWish,
): Result<Task[]> {
  const made = [...hosts.values()].flat().filter(({ generator }) => generator !== null);
  const unknown = [...wish.rotate].find((name) => !made.some((secret) => secret.name === name));
  if (unknown !== undefined) return err(nobodyMakes(unknown, [...new Set(made.map(({ name }) => name))]));
  const tasks = new Map<string, Task>();
  const visit = (secret: DeclaredSecret, all: readonly DeclaredSecret[], above: readonly string[]): Failure[] => {
    const file = fileOf(secret);
    if (secret.generator === null || file === undefined) return [];
    if (above.includes(secret.name)) return [circle([...above.slice(above.indexOf(secret.name)), secret.name])];
    const needed = all.filter(({ name }) => secret.generator?.dependsOn.includes(name));
    const circles = needed.flatMap((other) => visit(other, all, [...above, secret.name]));
    const because = reasonFor(secret, file, present, ledger, wish) ?? staleFor(needed, tasks);
    if (because !== undefined && !tasks.has(file))
      tasks.set(file, { file, name: secret.name, generator: secret.generator, needs: filesOf(needed), because });
    return circles;
  };
  const [first] = [...hosts.values()].flatMap((all) => all.flatMap((secret) => visit(secret, all, [])));
  return first === undefined ? ok([...tasks.values()]) : err(first);
}

const filesOf = (secrets: readonly DeclaredSecret[]): ReadonlyMap<string, string> =>
  new Map(
    secrets.flatMap((secret) => {
      const file = fileOf(secret);
      return file === undefined ? [] : [[secret.name, file] as const];
    }),
  );

/** What was made of another secret is out of date once that one is made anew. */
const staleFor = (needed: readonly DeclaredSecret[], tasks: ReadonlyMap<string, Task>): "needs" | undefined =>
  needed.some((other) => tasks.has(fileOf(other) ?? "")) ? "needs" : undefined;

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

const circle = (names: readonly string[]): Failure =>
  failure("secrets/generator", `the generator of ${names[0] ?? ""} needs its own secret`, {
    expected: "dependsOn without a circle",
    found: names.join(" -> "),
    next: "take one of these names out of a dependsOn",
  });

const nobodyMakes = (name: string, known: readonly string[]): Failure =>
  failure("secrets/unknown", `no generator makes ${name} on the hosts that were asked`, {
    expected: known.length === 0 ? "a secret with a generator" : `one of ${known.toSorted().join(", ")}`,
    next: "nixfleet secrets edit changes a secret that has no generator",
  });
