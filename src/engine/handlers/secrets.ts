/** Hands secrets to the host, over the connection that is open already; the activation that follows puts them in place. */
import { stageSecretsCommand } from "../../domain/host/verbs.ts";
import { type Manifest, manifestSchema } from "../../domain/manifest/manifest.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { type SecretDelivery, secretPayload } from "../../domain/secrets/payload.ts";
import { stagedDigests } from "../../domain/secrets/state.ts";
import { askRecords } from "../ask-records.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

type SecretsStep = Extract<Step, { kind: "secrets" }>;

const STAGE_TIMEOUT_MS = 60_000;
/** As large as the manifests that are read from hosts. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

export async function deliverSecrets(step: SecretsStep, context: StepContext): Promise<StepOutcome> {
  const { session, activation, interruption } = context;
  const host = session.host.name;
  const values = await openSecrets(step, context);
  if (!values.ok) return { kind: "failed", error: { ...values.error, host } };
  const payload = secretPayload(values.value);
  const command = stageSecretsCommand(activation, payload);
  const records = await askRecords(session, command, { timeoutMs: STAGE_TIMEOUT_MS, signal: interruption.detached });
  payload.fill(0);
  if (!records.ok) return { kind: "failed", error: records.error };
  const arrived = stagedDigests(records.value);
  const other = step.secrets.find(({ name, digest }) => digest !== null && arrived.get(name) !== digest);
  if (other === undefined) return { kind: "done" };
  return { kind: "failed", error: { ...moved(other.name), host } };
}

/** By the closure's own manifest in this machine's store: a plan file must not be able to name programs to run. */
async function openSecrets(
  step: SecretsStep,
  { storeFiles, secrets, interruption }: StepContext,
): Promise<Result<readonly SecretDelivery[]>> {
  const described = step.description ?? step.system;
  const manifest = manifestIn(await storeFiles.read(`${described}/manifest.json`, MAX_MANIFEST_BYTES));
  const opened: SecretDelivery[] = [];
  for (const { name, digest, travels } of step.secrets) {
    const declared = manifest?.secrets.find((secret) => secret.name === name);
    if (declared === undefined) return err(unknownSecret(name, described));
    if (!travels && digest !== null) {
      opened.push({ name, value: { digest } });
      continue;
    }
    const value = await secrets.open(declared, interruption.detached);
    if (!value.ok) return value;
    opened.push({ name, value: value.value });
  }
  return ok(opened);
}

function manifestIn(bytes: Uint8Array | undefined): Manifest | undefined {
  if (bytes === undefined) return undefined;
  return manifestSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
}

const unknownSecret = (name: string, system: string) =>
  failure("secrets/unknown", `the closure does not say where the secret ${name} comes from`, {
    found: `${system} is not in this machine's store, or lists no such secret`,
    next: "plan again on this machine",
  });

const moved = (name: string) =>
  failure("secrets/moved", `the secret ${name} is not the one that was planned`, {
    expected: "the value that the plan was made with",
    found: "another value",
    next: "plan again",
  });
