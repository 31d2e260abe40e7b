/** Flake references as URLs. */
import type { LockedInput } from "./expression.ts";

/** An absolute path as the part of a flake reference behind `git+` or `path:`. */
export const fileUrl = (path: string, withScheme: boolean): string =>
  `${withScheme ? "file://" : ""}${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`;

/** A locked input as the text that people and `nix` on a command line use. */
export function flakeUrl(input: LockedInput): string {
  const { type, lastModified: _time, revCount: _count, ...attributes } = input;
  const place = PLACES[String(type)] ?? urlPlace;
  const [text, used] = place(attributes);
  const query = Object.entries(attributes)
    .filter(([name]) => !used.includes(name))
    .map(([name, value]) => `${name}=${value === true ? "1" : encodeURIComponent(String(value))}`);
  return query.length === 0 ? text : `${text}?${query.join("&")}`;
}

type Place = (attributes: LockedInput) => readonly [text: string, used: readonly string[]];

const forge =
  (scheme: string): Place =>
  ({ owner, repo, rev }) => [
    `${scheme}:${owner}/${repo}${rev === undefined ? "" : `/${rev}`}`,
    ["owner", "repo", "rev"],
  ];

const urlPlace: Place = ({ url }) => [String(url), ["url"]];

const PLACES: Readonly<Record<string, Place>> = {
  git: ({ url }) => [`git+${url}`, ["url"]],
  path: ({ path }) => [`path:${path}`, ["path"]],
  github: forge("github"),
  gitlab: forge("gitlab"),
  sourcehut: forge("sourcehut"),
};
