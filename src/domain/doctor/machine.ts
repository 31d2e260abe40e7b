/** Judges the machine that runs the CLI, and the project on it. */
import type { Inventory } from "../inventory/resolved.ts";
import type { SecretKey } from "../nix/signing-key.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import type { Result } from "../outcome/result.ts";
import { type Finding, fails, fine, warns } from "./finding.ts";

export interface MachineExamination {
  /** Version of Node, such as 24.1.0. */
  readonly node: string;
  /** What `ssh -V` says; undefined without it. */
  readonly ssh: string | undefined;
  readonly nix: Result<{ readonly version: string; readonly path: string }>;
  readonly key: Result<{ readonly file: string; readonly key: SecretKey }>;
}

/** The same when there is a project. */
export interface ProjectExamination {
  readonly inventory: Inventory;
  readonly warnings: readonly Failure[];
  readonly source: Result<{
    readonly reference: string;
    readonly dirty: boolean;
    readonly warnings: readonly string[];
  }>;
}

/** The oldest Node that strips types, which the sources need; package.json says the same. */
const OLDEST_NODE = [22, 18] as const;

export function judgeMachine(
  { node, ssh, nix, key }: MachineExamination,
  project: Result<ProjectExamination, readonly Failure[]>,
): readonly Finding[] {
  return [
    judgeNode(node),
    ssh === undefined
      ? fails(
          "ssh",
          failure("doctor/no-ssh", "there is no ssh on this machine", { next: "apt install openssh-client" }),
        )
      : fine("ssh", ssh),
    nix.ok ? fine("nix", `${nix.value.version}, ${nix.value.path}`) : fails("nix", nix.error),
    signingKey(key, project.ok ? project.value.inventory.fleet.publicKeys : []),
    ...(project.ok ? judgeProject(project.value) : project.error.map((error) => fails("inventory", error))),
  ];
}

function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return fine("node", version);
  return fails(
    "node",
    failure("doctor/node-too-old", "this Node is too old", {
      expected: `${OLDEST_NODE.join(".")} or newer`,
      found: version,
    }),
  );
}

function signingKey(key: MachineExamination["key"], named: readonly string[]): Finding {
  if (!key.ok) return fails("signing key", key.error);
  const { file, key: secret } = key.value;
  if (named.length === 0 || named.includes(secret.publicKey)) return fine("signing key", `${secret.name}, ${file}`);
  return warns(
    "signing key",
    failure("doctor/key-not-named", "the inventory does not name this machine's signing key", {
      expected: `one of ${named.map((each) => each.split(":")[0]).join(", ")}`,
      found: `${secret.name}, ${file}`,
    }),
  );
}

function judgeProject({ inventory, warnings, source }: ProjectExamination): Finding[] {
  const { hosts, file } = inventory;
  return [
    fine("inventory", `${file}, ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`),
    ...warnings.map((warning) => warns("inventory", warning)),
    ...(source.ok
      ? [
          fine("flake", `${source.value.dirty ? "with uncommitted changes" : "clean"}, locked`, source.value.reference),
          ...source.value.warnings.map((text) => warns("flake", failure("nix/warning", text))),
        ]
      : [fails("flake", source.error)]),
  ];
}
