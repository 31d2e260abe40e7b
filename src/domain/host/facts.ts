/** From the records of the verb `facts` to checked types. */
import { parseBootId, parseGeneration, parseStorePath, type StorePath } from "../ids.ts";
import type { HostFacts, Observed } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { isBootPart } from "../plan/nixos-boot.ts";
import { createFieldReader, type FieldReader } from "./field-reader.ts";
import { lockIn } from "./lock.ts";
import { osFacts } from "./os-facts.ts";
import { filesDigest, readOwnedFiles, readOwnedSecrets, readOwnedUnits } from "./owned.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable, recordText, recordTexts } from "./records.ts";
import { parseHostState } from "./state.ts";

/** The protocol that this version of the CLI and of the program speak. */
export const factsProtocol = "1";

/** All facts of one answer. Fails with `host/facts`, naming the record that is not of its form. */
export function parseFacts(records: readonly HostRecord[]): Result<HostFacts> {
  const read = createFieldReader(records);
  const protocol = recordText(records, "protocol");
  if (protocol !== factsProtocol) return err(badFact("protocol", protocol));
  const facts = collect(read, records);
  const problem = read.problem();
  return problem === undefined ? ok(facts) : err(badFact(problem.record, problem.found));
}

function collect(read: FieldReader, records: readonly HostRecord[]): HostFacts {
  const files = readOwnedFiles(read, records);
  const units = readOwnedUnits(read, records);
  return {
    hostname: read.text("hostname"),
    bootId: read.parsed("boot-id", parseBootId),
    kernel: read.text("kernel"),
    system: read.parsed("arch", nixSystem),
    time: read.number("time"),
    os: {
      id: read.textOr("os.id", ""),
      version: read.textOr("os.version", ""),
      codename: read.textOr("os.codename", ""),
      pretty: read.textOr("os.pretty", ""),
    },
    live: storePath(read, "system.live"),
    committed: storePath(read, "system.committed"),
    booted: storePath(read, "system.booted"),
    generation: read.parsed("generation.committed", generationNumber),
    generations: generations(read, records),
    staged: read.optional("staged", staged) ?? null,
    ...bootOf(records),
    state: read.optional("state", parseHostState) ?? null,
    files,
    units,
    secrets: readOwnedSecrets(read, records),
    filesDigest: filesDigest(files, units),
    failedUnits: failedUnits(records),
    disk: disk(read, records),
    osUpdates: osFacts(read, records),
    reboot: reboot(read),
    nixVersion: nixVersion(records),
    ...restrictedOf(read, records),
    nixDaemon: read.oneOf("nix.daemon", ["active", "socket", "inactive", "missing"]),
    lock: read.checked("lock", lockIn(records)) ?? null,
    activation: read.optional("activation", name) ?? null,
    interrupted: read.optional("interrupted", name) ?? null,
    lastRun: read.optional("last-run", lastRun) ?? null,
  };
}

const storePath = (read: FieldReader, record: string): StorePath | null =>
  read.optional(record, parseStorePath) ?? null;

function generations(read: FieldReader, records: readonly HostRecord[]): HostFacts["generations"] {
  return recordTable(records, "generation").flatMap(([number, path, at]) => {
    const generation = generationNumber(number ?? "");
    const system = parseStorePath(path ?? "");
    if (generation === undefined || system === undefined || !/^[0-9]{1,12}$/.test(at ?? "")) {
      read.refuse("generation", [number, path, at].join(" "));
      return [];
    }
    return [{ generation, system, at: Number(at) }];
  });
}

/** Lines of a part and its value. */
function bootOf(records: readonly HostRecord[]): Pick<HostFacts, "boot"> {
  const rows = recordTable(records, "boot").flatMap(([part = "", ...value]) =>
    isBootPart(part) ? [[part, value.join("\t")] as const] : [],
  );
  return rows.length === 0 ? {} : { boot: Object.fromEntries(rows) };
}

/** A store path, then reasons, a line each. */
function staged(text: string): NonNullable<HostFacts["staged"]> | undefined {
  const [path = "", ...reasons] = text.split("\n");
  const system = parseStorePath(path);
  return system === undefined ? undefined : { system, reasons: reasons.filter((reason) => reason !== "") };
}

function restrictedOf(read: FieldReader, records: readonly HostRecord[]): Pick<HostFacts, "restricted"> {
  const restricted = read.optional("restricted", (text) => {
    const [, host, serial] = /^([A-Za-z0-9._-]{1,128})\t([0-9]{1,12})$/.exec(text) ?? [];
    return host === undefined ? undefined : { host, serial: Number(serial), keys: recordTexts(records, "fleet.key") };
  });
  const program = read.optional("program", (text) => {
    const [, number, sha256] = /^([0-9]{1,6})\t([0-9a-f]{64})$/.exec(text) ?? [];
    return sha256 === undefined ? undefined : { number: Number(number), sha256 };
  });
  if (restricted === undefined) return {};
  return { restricted: { ...restricted, ...(program === undefined ? {} : { program }) } };
}

function failedUnits(records: readonly HostRecord[]): Observed<readonly string[]> {
  const query = recordText(records, "unit.query");
  return query === "ok"
    ? { kind: "known", value: recordTexts(records, "unit.failed") }
    : { kind: "unknown", reason: query ?? "the host did not say" };
}

function disk(read: FieldReader, records: readonly HostRecord[]): HostFacts["disk"] {
  return recordTable(records, "disk").flatMap(([mount, ...sizes]) => {
    const [freeBytes, freeInodes, totalBytes] = sizes.map((size) => (/^[0-9]{1,20}$/.test(size) ? Number(size) : -1));
    if (mount === undefined || freeBytes === undefined || freeInodes === undefined || totalBytes === undefined) {
      read.refuse("disk", [mount, ...sizes].join(" "));
      return [];
    }
    if (Math.min(freeBytes, freeInodes, totalBytes) < 0) read.refuse("disk", [mount, ...sizes].join(" "));
    return [{ mount, freeBytes, freeInodes, totalBytes }];
  });
}

function reboot(read: FieldReader): HostFacts["reboot"] {
  const [needed, ...reasons] = read.text("reboot").split("\n");
  if (needed === "yes" || needed === "no" || needed === "unknown") return { needed, reasons };
  read.refuse("reboot", needed ?? "");
  return { needed: "unknown", reasons: [] };
}

function nixVersion(records: readonly HostRecord[]): Observed<string> {
  const value = recordText(records, "nix.version");
  if (value !== undefined) return { kind: "known", value };
  const reason = recordText(records, "nix.problem");
  return reason === undefined ? { kind: "absent" } : { kind: "unknown", reason };
}

// What `uname -m` prints is the first half of Nix's name, but for the 32-bit ones.
const nixSystem = (machine: string): string | undefined => {
  if (!/^[a-z0-9_]{1,32}$/.test(machine)) return undefined;
  return `${/^i[3-6]86$/.test(machine) ? "i686" : machine}-linux`;
};

const generationNumber = (text: string) => (/^[0-9]{1,9}$/.test(text) ? parseGeneration(Number(text)) : undefined);

const name = (text: string): string | undefined => (/^[A-Za-z0-9._-]{1,128}$/.test(text) ? text : undefined);

function lastRun(text: string): NonNullable<HostFacts["lastRun"]> | undefined {
  const [, run, code, at] = /^([A-Za-z0-9._-]{1,128})\t([0-9]{1,3})\t([0-9]{1,12})$/.exec(text) ?? [];
  return run === undefined ? undefined : { run, code: Number(code), at: Number(at) };
}

const badFact = (record: string, found: string | undefined): Failure =>
  failure("host/facts", `the host reported no usable "${record}"`, {
    ...(found === undefined ? {} : { found }),
    next: "look at it on the host itself",
  });
