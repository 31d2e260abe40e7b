/** Sends a program to a host by exact length and runs it there: one exec, whatever the login shell, with or without sudo. */
import { randomBytes } from "node:crypto";
import { entryCommand, refusedExit } from "../../domain/host/entry.ts";
import { type Elevation, loaderCommand, loaderExit } from "../../domain/host/loader.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Connection, RemoteOutcome, RemoteProcess, TakeOutput } from "../../ports/transport.ts";
import { createLaunch, type Launch } from "./launch.ts";
import { failureOfOutcome } from "./outcome-failure.ts";

export interface Delivery {
  /** Null for restricted hosts, which have a program of their own and take no other. */
  readonly program: Uint8Array | null;
  /** Lies behind the program in the same file; may be secret, since it travels on standard input. */
  readonly payload: Uint8Array;
  /** Positional parameters of the program; they show in the host's process list, so nothing secret. */
  readonly args: readonly string[];
  readonly elevation: Elevation;
  /** Limit from the start of the command to its end. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the program itself prints; chatter of login scripts before it is left out. */
  readonly onStdout: TakeOutput<Uint8Array>;
  readonly onStderr: TakeOutput<Uint8Array>;
}

/** How long sudo may take to ask or to go on; with a broken resolver it waits some 10 s for its own host name. */
const SUDO_ANSWER_MS = 30_000;

/**
 * Gives the program's exit code. Fails with `transport/sudo-*` or `transport/delivery` when it never ran, and with
 * `transport/lost`, `command-timeout`, `aborted` or `killed` when it was not seen to its end.
 */
export async function deliver(connection: Connection, delivery: Delivery): Promise<Result<number>> {
  const { program, payload, timeoutMs, signal } = delivery;
  const elevation = neededElevation(connection, delivery);
  const [sentinel, prompt] = [randomToken(), randomToken()];
  const parts = program === null ? [payload] : [program, payload];
  const launch = createLaunch(sentinel, prompt, delivery.onStderr);
  const givenUp = new AbortController();
  const started = await connection.spawn(commandLine(delivery, elevation, sentinel, prompt), {
    timeoutMs,
    signal: AbortSignal.any([signal, givenUp.signal]),
    onStdout: (chunk) => {
      const output = launch.stdout(chunk);
      return output.length > 0 ? delivery.onStdout(output) : undefined;
    },
    onStderr: (chunk) => launch.stderr(chunk),
  });
  if (!started.ok) return started;
  void feed(started.value, launch, elevation, parts, () => givenUp.abort());
  const outcome = await started.value.outcome;
  if (launch.started) return exitCode(outcome, launch, bytesOf(parts));
  if (givenUp.signal.aborted && !signal.aborted) return err(launch.silence(SUDO_ANSWER_MS));
  if (outcome.kind !== "exited") return err(failureOfOutcome(outcome));
  const refusal = launch.refusal(elevation.kind, outcome.code);
  return err(program === null ? notInstalled(refusal) : refusal);
}

const randomToken = (): string => randomBytes(16).toString("hex");

const bytesOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** The program of a restricted host is called without a password, as its rule says. */
function neededElevation(connection: Connection, { program, elevation }: Delivery): Elevation {
  if (program === null) return { kind: "sudo" };
  return connection.description.user === "root" ? { kind: "none" } : elevation;
}

function commandLine({ program, payload, args }: Delivery, elevation: Elevation, sentinel: string, prompt: string) {
  if (program === null) return entryCommand({ payloadBytes: payload.length, sentinel, args });
  const sizes = { totalBytes: bytesOf([program, payload]), programBytes: program.length };
  return loaderCommand({ ...sizes, sentinel, prompt, elevation: elevation.kind, args });
}

const notInstalled = (refusal: Failure): Failure => ({
  ...refusal,
  next: "the inventory says access: restricted; nixfleet bootstrap --restricted prepares the host for it",
});

/**
 * `sudo -n` reads no input, so the program goes right away, which saves a round trip. With a password nothing but the
 * password goes before the sentinel, and the password only when asked for: otherwise the loader could take it as data.
 */
async function feed(
  process: RemoteProcess,
  launch: Launch,
  elevation: Elevation,
  parts: readonly Uint8Array[],
  giveUp: () => void,
): Promise<void> {
  if (elevation.kind === "sudo-password") {
    const reply = await answerSudo(process, launch, elevation.password);
    if (reply === "silent") giveUp();
    if (reply !== "ready") return process.end();
  }
  for (const part of parts) if (part.length > 0) await process.write(part);
  process.end();
}

async function answerSudo(
  process: RemoteProcess,
  launch: Launch,
  password: string,
): Promise<"ready" | "refused" | "silent"> {
  const over = process.outcome.then(() => "refused" as const);
  const ready = launch.decided.then(() => "ready" as const);
  const silence = silenceAfter(SUDO_ANSWER_MS);
  try {
    const first = await Promise.race([ready, launch.asked(1).then(() => "asked" as const), over, silence.promise]);
    if (first !== "asked") return first;
    await process.write(Buffer.from(`${password}\n`));
    return await Promise.race([ready, launch.asked(2).then(() => "refused" as const), over]);
  } finally {
    silence.clear();
  }
}

function silenceAfter(ms: number): { readonly promise: Promise<"silent">; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<"silent">();
  const timer = setTimeout(() => resolve("silent"), ms);
  return { promise, clear: () => clearTimeout(timer) };
}

function exitCode(outcome: RemoteOutcome, launch: Launch, totalBytes: number): Result<number> {
  if (outcome.kind !== "exited") return err(failureOfOutcome(outcome));
  if (outcome.code === refusedExit && launch.refused !== undefined) return err(restricted(launch.refused));
  if (outcome.code !== loaderExit.cut || !launch.cut) return ok(outcome.code);
  return err(
    failure("transport/delivery", "the program did not arrive whole, so nothing was run", {
      expected: `${totalBytes} bytes on standard input`,
      next: "look for a login script on the host that reads standard input",
    }),
  );
}

const restricted = (found: string): Failure =>
  failure("host/restricted", "the host is restricted and refuses this", {
    found,
    next: "docs/trust.md says what it takes",
  });
