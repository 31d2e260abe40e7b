/** Closures made by hand on a machine, as the closure contract says, without evaluating anything. */
import { createHash } from "node:crypto";

export interface ClosureFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly adopt?: boolean;
  readonly restart?: readonly string[];
  readonly reload?: readonly string[];
}

export interface ClosureUnit {
  readonly name: string;
  readonly text: string;
  readonly enabled?: boolean;
  readonly onChange?: "restart" | "reload" | "none";
}

export interface ClosureUser {
  readonly name: string;
  readonly uid?: number;
  readonly group: string;
  readonly extraGroups?: readonly string[];
  readonly home?: string;
  readonly createHome?: boolean;
  readonly shell?: string;
  readonly system?: boolean;
  readonly description?: string;
}

export interface ClosureSpec {
  readonly groups?: readonly { readonly name: string; readonly gid?: number; readonly system?: boolean }[];
  readonly users?: readonly ClosureUser[];
  readonly directories?: readonly { readonly path: string; readonly mode?: string; readonly owner?: string }[];
  readonly files?: readonly ClosureFile[];
  readonly units?: readonly ClosureUnit[];
  /** Written in place of the manifest that belongs to the rest. */
  readonly manifest?: (lines: string) => string;
}

/** A script for root that adds the closure to the machine's store and prints its path. */
export function closureScript(spec: ClosureSpec): string {
  const contents = [...(spec.files ?? []), ...(spec.units ?? [])].map(({ text }) => text);
  const manifest = manifestLines(spec);
  return [
    "set -eu",
    "dir=$(mktemp -d)",
    "trap 'rm -rf \"$dir\"' EXIT",
    'mkdir "$dir/content" "$dir/closure"',
    ...contents.map((text) => `printf %s ${base64(text)} | base64 -d >"$dir/content/${digest(text)}"`),
    'content=$(nix-store --add "$dir/content")',
    "printf '1\\n' >\"$dir/closure/nixfleet-closure\"",
    `printf %s ${base64(spec.manifest?.(manifest) ?? manifest)} | base64 -d | sed "s|@content@|$content|" >"$dir/closure/manifest"`,
    'nix-store --add "$dir/closure"',
  ].join("\n");
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
// An empty text would be no argument at all.
const base64 = (text: string): string => `'${Buffer.from(text).toString("base64")}'`;
const list = (words: readonly string[] | undefined): string => (words?.length ? words.join(",") : "-");
const byName = <T>(items: readonly T[] | undefined, name: (item: T) => string): readonly T[] =>
  (items ?? []).toSorted((left, right) => (name(left) < name(right) ? -1 : 1));

function manifestLines(spec: ClosureSpec): string {
  const lines = [
    ["format", "1"],
    ["host", "test"],
    ["base", "debian"],
    ...byName(spec.groups, ({ name }) => name).map((group) => [
      "group",
      group.name,
      String(group.gid ?? "-"),
      group.system ? "system" : "normal",
    ]),
    ...byName(spec.users, ({ name }) => name).map(userFields),
    ...byName(spec.directories, ({ path }) => path).map(({ path, mode, owner }) => [
      "dir",
      path,
      mode ?? "0755",
      owner ?? "root",
      "root",
    ]),
    ...byName(spec.files, ({ path }) => path).map(fileFields),
    ...byName(spec.units, ({ name }) => name).map((unit) => [
      "unit",
      unit.name,
      digest(unit.text),
      `@content@/${digest(unit.text)}`,
      unit.enabled === false ? "disabled" : "enabled",
      unit.onChange ?? "restart",
    ]),
  ].map((fields) => fields.join("\t"));
  return `${[...lines, `end\t${lines.length}`].join("\n")}\n`;
}

const userFields = (user: ClosureUser): readonly string[] => [
  "user",
  user.name,
  String(user.uid ?? "-"),
  user.group,
  list(user.extraGroups),
  user.home ?? `/home/${user.name}`,
  user.createHome ? "home" : "nohome",
  user.shell ?? "/bin/sh",
  user.system ? "system" : "normal",
  user.description ?? "-",
];

const fileFields = (file: ClosureFile): readonly string[] => [
  "file",
  file.path,
  file.mode ?? "0644",
  file.owner ?? "root",
  file.group ?? "root",
  digest(file.text),
  `@content@/${digest(file.text)}`,
  file.adopt ? "adopt" : "own",
  list(file.restart),
  list(file.reload),
];
