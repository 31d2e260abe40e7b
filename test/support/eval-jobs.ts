/** A stand-in for nix-eval-jobs: takes its options and writes its lines, and asks the real Nix for every job. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixEnv } from "./nix-fleet.ts";

export interface EvalJobsStandIn {
  /** Folder for PATH. */
  readonly bin: string;
  /** The arguments of each call so far, one text a call. */
  calls(): readonly string[];
}

/**
 * @param nix path of the real Nix
 * @param release as in the name of its store path
 * @param dieAfter jobs after which it breaks down
 */
export function evalJobsStandIn(nix: string, folder: string, release: string, dieAfter = 1_000_000): EvalJobsStandIn {
  const log = join(folder, "calls");
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "bin"), { recursive: true });
  writeFileSync(join(tree, "bin", "nix-eval-jobs"), program(nix, log, dieAfter));
  chmodSync(join(tree, "bin", "nix-eval-jobs"), 0o755);
  const args = ["store", "add-path", "--name", `nix-eval-jobs-${release}`, tree];
  const flags = ["--extra-experimental-features", "nix-command"];
  const path = execFileSync(nix, [...flags, ...args], { encoding: "utf8", env: nixEnv }).trim();
  return {
    bin: join(path, "bin"),
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").split("\n--\n").slice(0, -1) : []),
  };
}

// Like the real one it forces a job only when its turn comes, gives an error its own line, and fails as a whole when a
// worker dies.
const program = (nix: string, log: string, dieAfter: number): string => `#!/bin/sh
set -eu
printf '%s\\n' "$@" >>'${log}'
printf -- '--\\n' >>'${log}'
options=
while [ "$#" -gt 0 ]; do
  case $1 in
    --select) select=$2; shift ;;
    --apply) apply=$2; shift ;;
    --flake) flake=$2; shift ;;
    --workers | --max-memory-size) shift ;;
    --option) options="$options --option $2 $3"; shift 2 ;;
    --extra-experimental-features) shift ;;
    --override-input) options="$options --override-input $2 $3"; shift 2 ;;
    --log-format) options="$options --log-format $2"; shift ;;
    *) echo "error: unrecognised flag '$1'" >&2; exit 1 ;;
  esac
  shift
done
ask() {
  '${nix}' eval --extra-experimental-features 'nix-command flakes' $options --no-write-lock-file "$@"
}
names=$(ask --raw "$flake" --apply "root: builtins.concatStringsSep \\"\\\\n\\" (builtins.attrNames (($select) root))")
done=0
for name in $names; do
  [ "$done" -lt ${dieAfter} ] || { echo "error: worker error: killed" >&2; exit 1; }
  done=$((done + 1))
  if value=$(ask --json "$flake" --apply "root: ($apply) (($select) root).\\"$name\\""); then
    printf '{"attr":"%s","attrPath":["%s"],"drvPath":"-","extraValue":%s}\\n' "$name" "$name" "$value"
  else
    printf '{"attr":"%s","attrPath":["%s"],"error":"error: it threw"}\\n' "$name" "$name"
  fi
done
`;
