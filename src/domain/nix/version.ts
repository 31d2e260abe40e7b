/** What `nix --version` says. */

export interface NixVersion {
  /** Who made it: behaviour differs between the implementations even where numbers are equal. */
  readonly flavour: "nix" | "lix" | "determinate" | "unknown";
  readonly major: number;
  readonly minor: number;
  /** The whole line, for messages and cache keys. */
  readonly text: string;
}

// Distributions that rename it leave the parentheses out.
const LINE = /^nix (?:\((?<flavour>[^)]*)\)|[^0-9()]*[^0-9() ]) (?<major>\d+)\.(?<minor>\d+)/;

/** `nix (Nix) 2.26.3+2`, `nix (Lix, like Nix) 2.90.0-lix`, `nix (Determinate Nix 3.1.0) 2.28.2`; undefined for anything else. */
export function parseNixVersion(output: string): NixVersion | undefined {
  const text = output.split("\n")[0]?.trim() ?? "";
  const groups = LINE.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return { flavour: flavourOf(groups.flavour ?? ""), major: Number(groups.major), minor: Number(groups.minor), text };
}

function flavourOf(name: string): NixVersion["flavour"] {
  if (name === "Nix") return "nix";
  if (name.startsWith("Lix")) return "lix";
  return name.startsWith("Determinate") ? "determinate" : "unknown";
}
