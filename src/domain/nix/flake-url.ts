/** Flake references as URLs. */
import type { LockedInput } from "./expression.ts";

/** An absolute path as the part of a flake reference behind `git+` or `path:`. */
export const fileUrl = (path: string, withScheme: boolean): string =>
  `${withScheme ? "file://" : ""}${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`;

/** A locked input as the text that people and `nix` on a command line use. */
export function flakeUrl(input: LockedInput): string {
  const { type, url, path, ...parameters } = input;
  const place = type === "git" ? `git+${url}` : `path:${path}`;
  const query = Object.entries(parameters)
    .filter(([name]) => name !== "lastModified")
    .map(([name, value]) => `${name}=${value === true ? "1" : encodeURIComponent(String(value))}`);
  return query.length === 0 ? place : `${place}?${query.join("&")}`;
}
