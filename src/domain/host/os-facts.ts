/** What facts tell of updates and reboots. */
import { unattendedIn } from "../apt/unattended.ts";
import { oldCodeIn, summaryIn } from "../apt/updates.ts";
import { parseBootId } from "../ids.ts";
import type { OpenReboot, OsFacts } from "../observation/facts.ts";
import { bootOnceIn } from "../reboot/boot-once.ts";
import type { FieldReader } from "./field-reader.ts";
import type { HostRecord } from "./protocol.ts";

export function osFacts(read: FieldReader, records: readonly HostRecord[]): OsFacts {
  const updates = summaryIn(records);
  const bootOnce = bootOnceIn(records);
  return {
    ...(updates === undefined ? {} : { updates }),
    unattended: unattendedIn(records),
    oldCode: oldCodeIn(records),
    last: read.optional("os-update.last", lastUpdate) ?? null,
    rebootSince: read.optional("reboot.since", seconds) ?? null,
    openReboot: read.optional("reboot.open", openReboot) ?? null,
    ...(bootOnce === undefined ? {} : { bootOnce }),
  };
}

/** Undefined for what is no such record. */
export function openReboot(text: string): OpenReboot | undefined {
  const [, run, id = ""] = /^([A-Za-z0-9._-]{1,128})\t(\S+)$/.exec(text) ?? [];
  const bootId = parseBootId(id);
  return run === undefined || bootId === undefined ? undefined : { run, bootId };
}

function lastUpdate(text: string): NonNullable<OsFacts["last"]> | undefined {
  const [, run, code, at, packages] =
    /^([A-Za-z0-9._-]{1,128})\t([0-9]{1,3})\t([0-9]{1,12})\t([0-9]{1,6})$/.exec(text) ?? [];
  return run === undefined ? undefined : { run, code: Number(code), at: Number(at), packages: Number(packages) };
}

const seconds = (text: string): number | undefined => (/^[0-9]{1,12}$/.test(text) ? Number(text) : undefined);
