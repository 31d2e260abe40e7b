/** Where the closure of a copy is now: what was collected since the plan was made is built again where it was. */
import type { HostName, StorePath } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { BuildProgress, OtherStore } from "../../ports/nix-builder.ts";
import type { StepContext } from "../step-context.ts";

export type ClosurePlace =
  | { readonly kind: "here" }
  | { readonly kind: "elsewhere"; readonly store: OtherStore }
  /** The closure is where it belongs. */
  | { readonly kind: "target"; readonly built: boolean };

export async function findClosure(
  { source }: Extract<Step, { kind: "copy" }>,
  paths: readonly StorePath[],
  context: StepContext,
  onProgress: (progress: BuildProgress) => void,
): Promise<Result<ClosurePlace>> {
  const { session, fleet, hosts, builder, interruption } = context;
  if (source === undefined) return ok({ kind: "here" });
  if (source.kind === "cache") return ok({ kind: "elsewhere", store: { kind: "cache" } });
  const isTarget = source.name === session.host.name;
  const builderHost = hosts.get(source.name as HostName);
  if (builderHost === undefined) return err(unknownBuilder(source.name));
  const opened = isTarget ? ok(session) : await fleet.session(builderHost, interruption.detached);
  if (!opened.ok) return opened;
  const socket = await opened.value.daemonSocket();
  if (!socket.ok) return socket;
  const at = { kind: "daemon", socket: socket.value.localPath } as const;
  const realised = await builder.realise({
    host: builderHost.name,
    paths,
    derivations: source.derivations,
    at,
    signal: interruption.detached,
    onProgress,
  });
  if (!realised.ok) return realised;
  return ok(isTarget ? { kind: "target", built: realised.value === "built" } : { kind: "elsewhere", store: at });
}

const unknownBuilder = (name: string) =>
  failure("plan/unknown-host", `the closure was built on ${name}, which the inventory does not have`, {
    next: "plan again with the present inventory",
  });
