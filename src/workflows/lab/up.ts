/** Brings a lab up: from nothing, from a half-made one, or from a smaller one. */
import { desiredLab, type LabOptions } from "../../domain/lab/desired.ts";
import type { LabState } from "../../domain/lab/state.ts";
import { USUAL_SUBNETS } from "../../domain/lab/subnet.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, LabImage, LabPublicKeys, Report } from "../../ports/lab.ts";
import { prepareImage } from "./image.ts";
import { withLabLock } from "./lock.ts";
import { waitUntilReady } from "./ready.ts";

export interface UpRequest extends Omit<LabOptions, "subnet"> {
  /** Left out: where the lab is, or the first of the usual places that is free. */
  readonly subnet?: string;
  readonly installDeps: boolean;
  /** Build the image anew, and drop the cached ones. */
  readonly forgetImage: boolean;
  readonly mirror?: string;
  /** Limit for all machines to finish booting. */
  readonly readyTimeoutMs: number;
}

export interface LabIsUp {
  readonly state: LabState;
  readonly image: LabImage;
}

/** Fails with `lab/*`; what was made until then stays for `down`, or for the next `up` to go on from. */
export function bringUp(lab: Lab, request: UpRequest, report: Report): Promise<Result<LabIsUp>> {
  return withLabLock(lab, async () => {
    const wanted = await settle(lab, request);
    if (!wanted.ok) return wanted;
    const archive = wanted.value.archive === true ? { archive: true as const } : {};
    const image = await prepareImage(lab, { ...request, ...archive, ...imagesOf(wanted.value) }, report);
    if (!image.ok) return image;
    // While the image was built others may have come up where this lab was to be.
    const state = await lab.network.alone(() => takePlace(lab, request));
    if (!state.ok) return state;
    const keys = await makeKeys(lab, state.value);
    if (!keys.ok) return keys;
    const published = state.value.archive === true ? await lab.archive.publish(report) : ok(undefined);
    if (!published.ok) return published;
    const started = await start(lab, state.value, image.value, keys.value, report);
    if (!started.ok) return started;
    const ready = await waitUntilReady(lab, state.value, state.value.machines, request.readyTimeoutMs, report);
    return ready.ok ? ok({ state: state.value, image: image.value }) : ready;
  });
}

/** From here on there is something to take down, so what it will be is on disk before it is made. */
async function takePlace(lab: Lab, request: UpRequest): Promise<Result<LabState>> {
  const state = await settle(lab, request);
  if (!state.ok) return state;
  await lab.store.write(state.value);
  const bridge = await lab.network.up(state.value);
  return bridge.ok ? state : bridge;
}

async function settle(lab: Lab, request: UpRequest): Promise<Result<LabState>> {
  const existing = await lab.store.read();
  if (!existing.ok) return existing;
  if (existing.value !== undefined && request.forgetImage)
    return err(
      failure("lab/different", "the image cannot be replaced under a lab that is up", { next: "nixfleet lab down" }),
    );
  const subnet = request.subnet ?? existing.value?.subnet;
  let outcome: Result<LabState> | undefined;
  for (const candidate of subnet === undefined ? USUAL_SUBNETS : [subnet]) {
    outcome = await settleIn(candidate, lab, request, existing.value);
    if (outcome.ok || outcome.error.code !== "lab/subnet-in-use") return outcome;
  }
  if (outcome === undefined) throw new Error("there is always a subnet to try");
  return outcome;
}

async function settleIn(
  subnet: string,
  lab: Lab,
  request: UpRequest,
  existing: LabState | undefined,
): Promise<Result<LabState>> {
  const state = desiredLab(lab.id, lab.cache, { ...request, subnet }, existing, lab.newMachineId);
  if (!state.ok) return state;
  const addresses = await lab.network.check(state.value);
  return addresses.ok ? state : addresses;
}

/** Which images the machines need besides the common one. */
export const imagesOf = ({ machines }: LabState): { readonly bare: boolean; readonly sid: boolean } => ({
  bare: machines.some(({ bare }) => bare === true),
  sid: machines.some(({ suite }) => suite === "sid"),
});

export async function makeKeys(lab: Lab, state: LabState): Promise<Result<LabPublicKeys>> {
  const nix = lab.nix();
  if (nix === undefined) return err(failure("lab/start-failed", "there is no nix to make the signing key with"));
  const keys = await lab.store.ensureKeys(state, nix);
  if (keys.ok) await lab.store.writeAccessFiles(state, keys.value);
  return keys;
}

async function start(
  lab: Lab,
  state: LabState,
  image: LabImage,
  keys: LabPublicKeys,
  report: Report,
): Promise<Result<void>> {
  report(`starting ${state.machines.length === 1 ? "1 machine" : `${state.machines.length} machines`}`);
  const started = await Promise.all(state.machines.map((machine) => lab.machines.start(state, machine, image, keys)));
  return started.find((outcome) => !outcome.ok) ?? ok(undefined);
}
