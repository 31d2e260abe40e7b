/** Hosts and roles need their files in the fleet's folder. */
import { didYouMean, nearMiss } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { keyOffset, nodeAt, type Path, positionAt } from "./document/located.ts";
import type { Fragment } from "./fragment.ts";
import type { ResolvedHost } from "./resolved.ts";

export interface KnownFiles {
  /** The folder as the user knows it, for messages. */
  readonly folder: string;
  readonly hosts: ReadonlySet<string>;
  readonly modules: ReadonlySet<string>;
}

/** Hosts with `flakeAttr` bring their own configuration and need neither. */
export function checkFiles(fragment: Fragment, hosts: readonly ResolvedHost[], files: KnownFiles): Failure[] {
  const own = hosts.filter((host) => host.flakeAttr === undefined);
  const withoutFile = own.filter((host) => !files.hosts.has(host.name));
  const roles = new Set(own.flatMap((host) => host.roles));
  const missing = [...roles].filter((role) => !files.modules.has(role));
  return [
    ...withoutFile.map((host) => missingHostFile(host.name, fragment, files)),
    ...missing.flatMap((role) => missingModule(role, fragment, files)),
  ];
}

function missingHostFile(host: string, { source, root, hosts }: Fragment, files: KnownFiles): Failure {
  const renamed = nearMiss(
    host,
    [...files.hosts].filter((name) => !hosts.has(name)),
  );
  const create = `create it (an empty module, { }, is enough), or set flakeAttr on the host`;
  return failure("inventory/no-host-file", `${host} has no file hosts/${host}.nix in ${files.folder}`, {
    at: positionAt(source, keyOffset(root, ["hosts", host])),
    next: renamed === undefined ? create : `did you mean ${renamed}, whose file is there? else ${create}`,
  });
}

/** One failure for a role, at the first place that names it. */
function missingModule(role: string, fragment: Fragment, files: KnownFiles): Failure[] {
  const places = placesOf(role, fragment);
  const [first] = places;
  const more = places.length > 1 ? `, and ${places.length - 1} more ${places.length === 2 ? "place" : "places"}` : "";
  return [
    failure("inventory/no-role-file", `the role ${role} has no file modules/${role}.nix in ${files.folder}`, {
      ...(first === undefined ? {} : { at: positionAt(fragment.source, first) }),
      ...(more === "" ? {} : { found: `the role here${more}` }),
      next: didYouMean(role, files.modules) ?? "write the module, or take the role out",
    }),
  ];
}

function placesOf(role: string, { root, groups, hosts }: Fragment): number[] {
  const owners: Path[] = [["defaults"], ...paths("groups", groups), ...paths("hosts", hosts)];
  return owners.flatMap((owner) => {
    const list = nodeAt(root, [...owner, "roles"]);
    const item =
      list?.kind === "list"
        ? list.items.find((node) => node.kind === "scalar" && String(node.value) === role)
        : undefined;
    return item === undefined ? [] : [item.offset];
  });
}

const paths = (section: string, parts: ReadonlyMap<string, unknown>): Path[] =>
  [...parts.keys()].map((name) => [section, name]);
