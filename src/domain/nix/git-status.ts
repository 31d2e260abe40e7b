/** What `git status --porcelain=v2 --branch -z --untracked-files=all` says, as far as Nix cares. */

export interface GitStatus {
  /** The last commit; absent before the first one. */
  readonly revision?: string;
  /** Tracked files that differ from the last commit, by path from the repository's root. */
  readonly changed: readonly string[];
  readonly untracked: readonly string[];
  /** Everything about the changed files that git knows: two equal texts, and equal files, are equal trees. */
  readonly fingerprint: string;
}

/** Reads the output; paths may hold any character but NUL. */
export function parseGitStatus(output: string): GitStatus {
  const entries = output.split("\0").filter((entry) => entry !== "");
  const changed: string[] = [];
  const untracked: string[] = [];
  const kept: string[] = [];
  let revision: string | undefined;
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] ?? "";
    if (entry.startsWith("# branch.oid ")) revision = revisionIn(entry);
    else if (entry.startsWith("? ")) untracked.push(entry.slice(2));
    else if (/^[12u] /.test(entry)) {
      changed.push(pathIn(entry));
      // A rename has its old path as an entry of its own.
      kept.push(entry, entry.startsWith("2 ") ? (entries[++index] ?? "") : "");
    }
  }
  return { ...(revision === undefined ? {} : { revision }), changed, untracked, fingerprint: kept.join("\0") };
}

const revisionIn = (entry: string): string | undefined => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(entry)?.[1];

// Fields before the path, by kind of entry.
const FIELDS: Readonly<Record<string, number>> = { "1": 8, "2": 9, u: 10 };

const pathIn = (entry: string): string =>
  entry
    .split(" ")
    .slice(FIELDS[entry[0] ?? ""] ?? 0)
    .join(" ");
