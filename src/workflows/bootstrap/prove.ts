/** The end of a bootstrap: does the host do what it was prepared for? */
import { isRestricted } from "../../domain/inventory/access.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { runCommand } from "../../engine/host-program/run-command.ts";
import { observe } from "../../engine/observe.ts";
import { type HostSession, openSession } from "../../engine/session.ts";
import type { Frame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { connectAs } from "./look.ts";

export interface ProofRequest {
  readonly deployUser: string;
  /** Whether the account becomes root without being asked: otherwise only the rule could be looked at. */
  readonly becomesRoot: boolean;
}

/** Logs in as the deploy user over a new connection, and tries each thing that later verbs rely on. */
export async function proveHost(
  host: ResolvedHost,
  { deployUser, becomesRoot }: ProofRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<void>> {
  const signal = tools.interruption.draining;
  const connect = () => connectAs(host, deployUser, frame, tools);
  const session = await openSession(host, { connect, program: tools.program, elevation: { kind: "sudo" } }, signal);
  if (!session.ok) return session;
  try {
    const facts = becomesRoot ? await observe(session.value, signal) : ok(undefined);
    if (!facts.ok) return facts;
    const shut = isRestricted(host) ? await noOtherWay(session.value, signal) : ok(undefined);
    if (!shut.ok) return shut;
    const socket = await session.value.daemonSocket();
    if (!socket.ok) return err({ ...socket.error, host: host.name });
    const { localPath, via } = socket.value;
    const proof = await tools.builder.probeTrust({
      host: host.name,
      signal,
      ...(via === "direct" ? {} : { socket: localPath }),
    });
    if (!proof.ok) return proof;
    if (proof.value.signed === "refused")
      return err(notProven(host, "a closure that the fleet's key has signed", "refused"));
    if (proof.value.unsigned === "accepted") return err(notProven(host, "a closure that nobody signed", "accepted"));
    return ok(undefined);
  } finally {
    await session.value.close();
  }
}

/** On a restricted host sudo takes nothing else from the account. */
async function noOtherWay({ connection, host }: HostSession, signal: AbortSignal): Promise<Result<void>> {
  const nothing = () => undefined;
  const exit = await runCommand(connection, "sudo -n true", {
    elevation: { kind: "none" },
    timeoutMs: SUDO_TIMEOUT_MS,
    signal,
    onStdout: nothing,
    onStderr: nothing,
  });
  if (!exit.ok) return err({ ...exit.error, host: host.name });
  if (exit.value !== 0) return ok(undefined);
  return err(
    failure("bootstrap/not-proven", "sudo lets the account call other programs, too", {
      host: host.name,
      next: "see `sudo -l` there, and take away the other rules",
    }),
  );
}

const SUDO_TIMEOUT_MS = 60_000;

const notProven = ({ name: host }: ResolvedHost, what: string, verdict: "accepted" | "refused") =>
  failure("bootstrap/not-proven", `the host's Nix daemon ${verdict} ${what}`, {
    host,
    next:
      verdict === "refused"
        ? "see `nix config show trusted-public-keys` there: a line behind the include may set the keys anew"
        : "see require-sigs and trusted-users in `nix config show` there",
  });
