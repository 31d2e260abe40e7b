/** What a command printed on many hosts: equal outputs once, under the folded names of the hosts. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { HostResult, RunEvent } from "../../domain/outcome/events.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { Output } from "./output.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Kept of each host, and of all of them, for a screen; the journal has everything. */
const MAX_LINES = 5000;
const MAX_CHARACTERS = 1024 * 1024;
const MAX_CHARACTERS_OF_ALL = 64 * MAX_CHARACTERS;

interface KeptOutput {
  readonly kept: string[];
  characters: number;
  dropped: number;
}

export interface HostOutputs {
  take(event: RunEvent): void;
  /** Prints what was gathered, and tells whether there was any. One single host was printed as it came. */
  flush(summary: Extract<RunEvent, { type: "summary" }>): boolean;
  /** Whether what hosts print is the result of this command. */
  areResult(): boolean;
}

export function hostOutputs(sink: {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly style: Style;
}): HostOutputs {
  const lines = new Map<string, KeptOutput>();
  let characters = 0;
  let single = false;
  let isRun = false;
  return {
    take(event) {
      if (event.type === "version") isRun = VERBS_THAT_PRINT.has(event.verb);
      if (event.type === "plan") single = event.hosts === 1;
      if (event.type !== "log" || event.phase !== "task" || event.host === undefined) return;
      if (single) sink[event.stream].write(`${outputLine(event.msg)}\n`);
      else characters += keep(lines, event.host, outputLine(event.msg), MAX_CHARACTERS_OF_ALL - characters);
    },
    flush(summary) {
      if (!isRun || single) return false;
      const began = summary.hosts.filter((host) => lines.has(host.name) || host.status === "changed");
      sink.stdout.write(renderOutputs(began, lines, sink.style));
      return began.length > 0;
    },
    areResult: () => isRun,
  };
}

const VERBS_THAT_PRINT: ReadonlySet<string> = new Set(["run", "gc"]);

type Lines = ReadonlyMap<string, Readonly<KeptOutput>>;

function renderOutputs(hosts: readonly HostResult[], lines: Lines, style: Style): string {
  const textOf = (name: string): string => bodyOf(lines.get(name)).join("\n");
  const groups = groupBy(hosts, (host) => `${host.status}\0${host.error?.what ?? ""}\0${textOf(host.name)}`);
  return groups
    .sort((a, b) => Number(hasFailed(a)) - Number(hasFailed(b)) || b.length - a.length)
    .map((group) => {
      const [first] = group;
      const names = printable(foldHosts(group.map((host) => host.name)));
      const size = group.length === 1 ? "" : ` (${group.length} hosts)`;
      const outcome = first?.error === undefined ? "" : `: ${style.bad(printable(first.error.what))}`;
      const body = bodyOf(first === undefined ? undefined : lines.get(first.name));
      return `${style.name(style.strong(names))}${size}${outcome}\n${body.map((line) => `${line}\n`).join("")}`;
    })
    .join("\n");
}

/** Trouble comes last, where it is seen. */
const hasFailed = ([first]: readonly HostResult[]): boolean => first?.error !== undefined;

function bodyOf(output: Readonly<KeptOutput> | undefined): string[] {
  if (output === undefined) return ["(no output)"];
  return output.dropped === 0
    ? [...output.kept]
    : [...output.kept, `(${output.dropped} more lines in the log of the run)`];
}

/** Gives the number of characters that were kept. Once a line was dropped, so are those behind it. */
function keep(lines: Map<string, KeptOutput>, host: string, line: string, room: number): number {
  const output = lines.get(host) ?? { kept: [], characters: 0, dropped: 0 };
  lines.set(host, output);
  const limit = Math.min(room, MAX_CHARACTERS - output.characters);
  if (output.dropped > 0 || output.kept.length >= MAX_LINES || line.length > limit) {
    output.dropped += 1;
    return 0;
  }
  output.kept.push(line);
  output.characters += line.length;
  return line.length;
}

/** Tabs stay, since columns of tools rely on them; everything else that is no text becomes visible. */
const outputLine = (line: string): string => line.split("\t").map(printable).join("\t");
