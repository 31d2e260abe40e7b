/** The host program on a machine of the lab: verbs by their arguments, closures by their contents. */
import { parseFacts } from "../../src/domain/host/facts.ts";
import { type HostAnswer, parseAnswer, recordText, recordTexts } from "../../src/domain/host/records.ts";
import type { HostFacts } from "../../src/domain/observation/facts.ts";
import { hostProgram } from "../../src/effects/host-program/program.ts";
import { type ClosureSpec, closureScript } from "./closure.ts";

export interface ShellAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as root on the machine, with this standard input. */
export type RootShell = (script: string, input?: string) => Promise<ShellAnswer>;

export interface Activation extends HostAnswer {
  readonly log: string;
  readonly problems: readonly string[];
  readonly step: string | undefined;
}

export interface HostUnderTest {
  readonly root: RootShell;
  /** Standard output of a script that must succeed, without the last newline. */
  sh(script: string): Promise<string>;
  /** One verb of the program under this shell (`sh` is dash on Debian). */
  verb(args: readonly string[], options?: VerbOptions): Promise<HostAnswer>;
  closure(spec: ClosureSpec): Promise<string>;
  facts(): Promise<HostFacts>;
  /** Takes the lock, activates with what the host has now as expected, and gives the lock back. */
  activate(system: string, options?: ActivateOptions): Promise<Activation>;
  /** Activates the empty manifest. */
  remove(options?: ActivateOptions): Promise<Activation>;
}

export interface VerbOptions {
  readonly shell?: string;
  readonly killAt?: string;
  readonly payload?: string;
}

export interface ActivateOptions {
  readonly run?: string;
  readonly killAt?: string;
  readonly shell?: string;
}

const PROGRAM = "/root/nixfleet-host";

/** Puts the program on the machine. */
export async function hostUnderTest(root: RootShell): Promise<HostUnderTest> {
  const program = await hostProgram();
  succeeded(await root(`cat >${PROGRAM}`, program));
  const sh = async (script: string): Promise<string> => succeeded(await root(script)).stdout;
  const verb: HostUnderTest["verb"] = async (args, { shell = "sh", killAt, payload = "" } = {}) => {
    const environment = [
      `NIXFLEET_PROGRAM_BYTES=${Buffer.byteLength(program)}`,
      ...(killAt === undefined ? [] : [`NIXFLEET_TEST_KILL_AT=${killAt}`]),
    ];
    const words = args.map(quote).join(" ");
    // Program and payload lie in one file, as the loader leaves them.
    const delivered = `file=$(mktemp); trap 'rm -f "$file"' EXIT; cat ${PROGRAM} - >"$file"`;
    const answer = await root(
      `${delivered}; env ${environment.join(" ")} ${shell} "$file" ${words} </dev/null`,
      payload,
    );
    const parsed = parseAnswer(Buffer.from(`${answer.stdout}\n`));
    if (!parsed.ok) throw new Error(`${parsed.error.what}: ${parsed.error.found}\n${answer.stdout}\n${answer.stderr}`);
    return parsed.value;
  };
  const facts = async (): Promise<HostFacts> => {
    const parsed = parseFacts((await verb(["facts"])).records);
    if (!parsed.ok) throw new Error(`${parsed.error.what}: ${parsed.error.found}`);
    return parsed.value;
  };
  const start = async (name: "activate" | "remove", system: readonly string[], options: ActivateOptions) => {
    const run = options.run ?? nextRunId();
    const { live, generation } = await facts();
    const locked = await verb(["lock", "acquire", run, "tester", "600", "test", system[0] ?? "-"]);
    if (locked.code !== 0) return activationOf(locked);
    const answer = await verb([name, run, ...system, live ?? "-", String(generation), "tester", "-"], options);
    await verb(["lock", "release", run]);
    return activationOf(answer);
  };
  return {
    root,
    sh,
    verb,
    facts,
    closure: (spec) => sh(closureScript(spec)),
    activate: (system, options = {}) => start("activate", [system], options),
    remove: (options = {}) => start("remove", [], options),
  };
}

const activationOf = (answer: HostAnswer): Activation => ({
  ...answer,
  log: recordTexts(answer.records, "log").join(""),
  problems: recordTexts(answer.records, "problem"),
  step: recordText(answer.records, "step"),
});

let runs = 0;
/** Ids that this test has not used; the machines are fresh, so nobody else has. */
export function nextRunId(): string {
  runs += 1;
  return `01TEST${String(runs).padStart(20, "0")}`;
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function succeeded(answer: ShellAnswer): ShellAnswer {
  if (answer.code !== 0) throw new Error(`exit code ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer;
}
