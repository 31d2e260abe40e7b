/** Names of store paths, taken apart as Nix does: the version begins at the first dash with a digit behind it. */

// Outputs of a package, which share its version.
const OUTPUT = /-(?:bin|debug|dev|devdoc|dist|doc|info|lib|man|out|static)$/;
// A system's own name holds the host's, and a single file may begin with a number for its order.
const NO_PACKAGE =
  /^(?:nixos-system-|nixfleet-)|\.(?:conf|drv|json|link|mount|network|nix|path|rules|service|sh|slice|socket|target|timer|txt|xml|yaml)$/;

export interface StoreName {
  readonly name: string;
  /** Null for what has none, and for closures of hosts. */
  readonly version: string | null;
}

/** @param path a store path, such as /nix/store/HASH-hello-2.12.1-man */
export function splitStoreName(path: string): StoreName {
  const whole = path.slice(path.indexOf("-") + 1).replace(OUTPUT, "");
  const [, name, version] = /^(.*?)-([0-9].*)$/.exec(whole) ?? [];
  if (name === undefined || version === undefined || NO_PACKAGE.test(whole)) return { name: whole, version: null };
  return { name, version };
}
