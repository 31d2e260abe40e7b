/** Makes the deploy records that restricted hosts want. */
import type { HostName } from "../domain/ids.ts";
import { isRestricted } from "../domain/inventory/access.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { type DeployOrder, deployRecord, nextSerial } from "../domain/trust/deploy-record.ts";
import type { StepContext } from "./step-context.ts";

/**
 * The signed record, or nothing for a host that wants none. Fails with `nix/key-*`, with `host/serial-ahead`, and with
 * `host/not-restricted` where the inventory and the host differ.
 */
export async function recordFor(
  order: DeployOrder,
  { session: { host }, before, records, clock }: Pick<StepContext, "session" | "before" | "records" | "clock">,
): Promise<Result<{ readonly record?: Uint8Array }>> {
  if (!isRestricted(host)) return ok({});
  const known = before?.restricted;
  if (known?.host !== host.name) return err(otherName(host.name, known?.host));
  const now = Math.floor(clock.now() / 1000);
  const serial = nextSerial(host.name, now, known.serial, records.overrideSerial);
  if (!serial.ok) return serial;
  const signed = await records.sign(deployRecord(host.name, order, serial.value, now));
  return signed.ok ? ok({ record: signed.value }) : signed;
}

const otherName = (host: HostName, found: string | undefined) =>
  failure("host/not-restricted", "the host does not know itself by this name", {
    host,
    expected: `access: restricted, and the name ${host}`,
    found: found === undefined ? "a host that is not restricted" : `the name ${found}`,
    next: "nixfleet bootstrap --restricted prepares it, or correct the inventory",
  });
