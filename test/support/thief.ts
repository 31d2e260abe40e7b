/** Somebody with the deploy account's key, who knows the host program: what it answers, and what it leaves behind. */
import { expect } from "vitest";
import { createRecordParser } from "../../src/domain/host/protocol.ts";
import { recordTexts } from "../../src/domain/host/records.ts";
import { type HostName, parseHostName, parseStorePath, type StorePath } from "../../src/domain/ids.ts";
import { type DeployOrder, deployRecord, type RecordSerial } from "../../src/domain/trust/deploy-record.ts";
import { recordSigner } from "../../src/effects/nix/record-signer.ts";
import { ENTRY, type RestrictedFleet } from "./restricted-fleet.ts";

export interface Attempt {
  readonly host: string;
  /** The verb and its arguments, as they are. */
  readonly words: readonly string[];
  readonly payload?: Uint8Array | string;
  /** Put before `sudo`, such as `LD_PRELOAD=/tmp/x.so`. */
  readonly environment?: string;
}

export const RESTRICTED = 77;
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export function thief({ asDeploy, audit }: RestrictedFleet) {
  const attempt = async ({ host, words, payload = "", environment = "" }: Attempt) => {
    const bytes = Buffer.from(payload);
    const head = `${environment} sudo -n ${ENTRY} ${bytes.length} 0123456789abcdef0123456789abcdef`;
    const { code, stdout, stderr } = await asDeploy(host, `${head} ${words.map(quoted).join(" ")}`, bytes);
    const text = stdout.replace(/^nixfleet-ready [0-9a-f]+\n/, "");
    const parsed = createRecordParser().push(Buffer.from(`${text}\n`));
    const problems = parsed.ok ? recordTexts(parsed.value, "problem") : [];
    return { code, problem: problems[0] ?? stderr.trim().split("\n")[0] ?? "", text };
  };
  return {
    attempt,
    /** The host says no for this reason, and has written that down. */
    async isRefused(wanted: Attempt, reason: RegExp): Promise<void> {
      const { code, problem } = await attempt(wanted);
      expect({ code, problem }).toEqual({ code: RESTRICTED, problem: expect.stringMatching(reason) });
      const last = (await audit(wanted.host)).at(-1);
      expect(last).toMatchObject({ event: "refused", by: "deploy", detail: expect.stringMatching(reason) });
    },
  };
}

export interface RecordWishes {
  readonly host?: string;
  readonly serial?: RecordSerial;
  /** Of the one who signs; in seconds. */
  readonly now?: number;
}

let serials = 0;

/** A record as the fleet's key would sign it; each has a serial of its own, and they grow. */
export async function signedRecord(
  keyFile: string,
  order: DeployOrder,
  wishes: RecordWishes = {},
): Promise<Uint8Array> {
  const now = wishes.now ?? Math.floor(Date.now() / 1000);
  serials += 1;
  const serial = wishes.serial ?? { serial: Math.floor(Date.now() / 1000) + serials };
  const host = parseHostName(wishes.host ?? "lab-1") as HostName;
  const signer = recordSigner({ env: { NIXFLEET_SIGNING_KEY: keyFile } }, false);
  const signed = await signer.sign(deployRecord(host, order, serial, now));
  if (!signed.ok) throw new Error(signed.error.what);
  return signed.value;
}

export const orderFor = (system: string): DeployOrder => ({
  what: "activate",
  system: parseStorePath(system) as StorePath,
  description: null,
  mode: "live",
});

/** Words of an activation that expects nothing in particular. */
export const activation = (system: string): readonly string[] => ["activate", "RUN1", system, "-", "0", "me@here", "-"];
