/** The first half of a bootstrap: reach every host, settle whose keys are whose, and see what is missing. */
import pLimit from "p-limit";
import { planBootstrap } from "../../domain/bootstrap/plan.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { phaseEnded, phaseStarted } from "../../domain/outcome/event-bodies.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { lookAtFreshHost } from "../../engine/bootstrap.ts";
import { addressOf } from "../../engine/fleet.ts";
import type { Connection } from "../../ports/transport.ts";
import type { Frame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import type { BootstrapRequest, Preparation, Prepared } from "./request.ts";

const LOOKED_AT_ONCE = 32;

/** One entry for each host, in their order. Fails only when nobody can be asked about host keys. */
export async function lookAtHosts(
  request: BootstrapRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<readonly Prepared[]>> {
  const limit = pLimit(LOOKED_AT_ONCE);
  const { hosts } = request;
  const dial = (host: ResolvedHost) => limit(() => connectAs(host, request.loginUser, frame, tools));
  const first = await Promise.all(hosts.map(dial));
  const believed = await settleKeys(request, first);
  if (!believed.ok) {
    await Promise.all(first.map((connected) => (connected.ok ? connected.value.close() : undefined)));
    return believed;
  }
  const connected = believed.value
    ? await Promise.all(hosts.map((host, index) => (isUnknownKey(first[index]) ? dial(host) : first[index])))
    : first;
  return ok(
    await Promise.all(
      hosts.map((host, index) =>
        limit(async () => ({
          host,
          outcome: await prepare(host, connected[index] as Result<Connection>, request, tools),
        })),
      ),
    ),
  );
}

/** A connection as somebody else than the inventory says. */
export async function connectAs(
  host: ResolvedHost,
  user: string,
  { recorder }: Frame,
  { transport, clock, interruption }: Tools,
): Promise<Result<Connection>> {
  const startedAt = clock.now();
  await recorder.record(phaseStarted("connect", host.name));
  const connected = await transport.connect(addressOf({ ...host, user }), interruption.draining);
  const ended = { host: host.name, ms: clock.now() - startedAt };
  await recorder.record(phaseEnded("connect", connected.ok ? ended : { ...ended, error: connected.error }));
  return connected.ok ? connected : err({ ...connected.error, host: host.name });
}

const isUnknownKey = (connected: Result<Connection> | undefined): boolean =>
  connected?.ok === false && connected.error.code === "transport/host-key-unknown";

/** True when hosts whose keys nobody knew are to be tried again. */
async function settleKeys(
  { hosts, newHostKeys, people }: BootstrapRequest,
  connected: readonly Result<Connection>[],
): Promise<Result<boolean>> {
  const offers = hosts.flatMap((host, index) => {
    const key = isUnknownKey(connected[index]) ? newHostKeys.offered(host.name) : undefined;
    return key === undefined ? [] : [{ host, key }];
  });
  if (offers.length === 0) return ok(false);
  const agreed = await people.confirmKeys(offers);
  if (agreed.ok && agreed.value) for (const { key } of offers) newHostKeys.vouchFor(key.fingerprint);
  return agreed;
}

/** A host that will not be prepared is left at once. */
async function prepare(
  host: ResolvedHost,
  connected: Result<Connection>,
  request: BootstrapRequest,
  tools: Tools,
): Promise<Result<Preparation>> {
  if (!connected.ok) return connected;
  const examined = await examine(host, connected.value, request, tools);
  if (examined.ok) return examined;
  await connected.value.close();
  return err({ ...examined.error, host: host.name });
}

async function examine(
  host: ResolvedHost,
  connection: Connection,
  request: BootstrapRequest,
  { elevation, interruption, program }: Tools,
): Promise<Result<Preparation>> {
  const wishes = request.wishes(host);
  if (!wishes.ok) return wishes;
  const programs = { bootstrap: request.program, host: program };
  const session = { connection, programs, elevation, signal: interruption.draining };
  const found = await lookAtFreshHost(session, wishes.value);
  if (!found.ok) return found;
  const plan = planBootstrap(found.value, wishes.value);
  return plan.ok ? ok({ wishes: wishes.value, connection, found: found.value, plan: plan.value }) : plan;
}
