/** From the records of the verb `inspect` to what stands at a path, and to the content of files that may be shown. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { type HostRecord, textOf } from "./protocol.ts";

export type PathKind = "missing" | "file" | "directory" | "symlink" | "other";

export interface InspectedPath {
  readonly path: string;
  readonly kind: PathKind;
  /** `mode owner group`; empty when nothing is there. */
  readonly mode: string;
  /** Of a regular file's content; null for anything else, and for a file that cannot be read. */
  readonly sha256: string | null;
}

export interface Inspection {
  readonly paths: ReadonlyMap<string, InspectedPath>;
  /** Only files that are world-readable or managed, and within the limit that was asked for. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** The answer to an inspection. Fails with `host/facts` on a record that is not of its form. */
export function parseInspection(records: readonly HostRecord[]): Result<Inspection> {
  const paths = new Map<string, InspectedPath>();
  const contents = new Map<string, Uint8Array>();
  for (const record of records) {
    if (record.name === "stat") {
      const inspected = statIn(textOf(record));
      if (inspected === undefined) return err(badRecord(record));
      paths.set(inspected.path, inspected);
    }
    if (record.name === "content") {
      const lineEnd = record.value.indexOf(0x0a);
      if (lineEnd < 1) return err(badRecord(record));
      contents.set(new TextDecoder().decode(record.value.subarray(0, lineEnd)), record.value.subarray(lineEnd + 1));
    }
  }
  return ok({ paths, contents });
}

const KINDS: readonly PathKind[] = ["missing", "file", "directory", "symlink", "other"];

function statIn(text: string): InspectedPath | undefined {
  const [path = "", kindText = "", mode = "", owner = "", group = "", sha256 = "", ...more] = text.split("\t");
  const kind = KINDS.find((candidate) => candidate === kindText);
  if (!path.startsWith("/") || kind === undefined || more.length > 0) return undefined;
  if (sha256 !== "-" && !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (kind !== "missing" && !/^[0-7]{4}$/.test(mode)) return undefined;
  return {
    path,
    kind,
    mode: kind === "missing" ? "" : `${mode} ${owner} ${group}`,
    sha256: sha256 === "-" ? null : sha256,
  };
}

const badRecord = (record: HostRecord) =>
  failure("host/facts", `the host reported no usable "${record.name}"`, { found: textOf(record).slice(0, 200) });
