/** Paths of an inventory as absolute ones. */

export interface PathBase {
  /** The project's folder, absolute. */
  readonly root: string;
  /** The user's home folder, absolute. */
  readonly home: string;
}

/** `/…` stays, `~/…` lies in the home folder, anything else in the project; `.` and `..` are taken out. */
export function absolutePath(path: string, { root, home }: PathBase): string {
  if (path === "~" || path.startsWith("~/")) return normalized(`${home}/${path.slice(1)}`);
  return normalized(path.startsWith("/") ? path : `${root}/${path}`);
}

/** A flake reference: a folder becomes absolute, anything with a scheme or from the registry stays. */
export function absoluteFlake(reference: string, base: PathBase): string {
  const isFolder = /^(\.|\/|~)/.test(reference);
  return isFolder ? absolutePath(reference, base) : reference;
}

/** The folder of a flake that lies on this machine; nothing for remote references. */
export const flakeFolder = (flake: string): string | undefined => (flake.startsWith("/") ? flake : undefined);

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
