/** What a user asked for, and what came of it. */
import type { HostName } from "../ids.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { Failure } from "../outcome/failure.ts";

/** One list per flag. Values of one flag are alternatives, flags narrow each other, `exclude` comes last. */
export interface SelectionRequest {
  /** Positional patterns, in the grammar of `--limit`. */
  readonly patterns: readonly string[];
  readonly hosts: readonly string[];
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly roles: readonly string[];
  readonly limit: readonly string[];
  readonly exclude: readonly string[];
  readonly rerun?: RerunRequest;
}

export interface RerunRequest {
  readonly which: "failed" | "not-started";
  /** Absent: the last run. */
  readonly run?: string;
}

/** What lies outside the inventory, already fetched. */
export interface SelectionMaterial {
  /** Content of each file named as `@file`, by the name as typed. */
  readonly files: ReadonlyMap<string, string>;
  readonly rerun?: RerunHosts;
}

export interface RerunHosts {
  readonly which: RerunRequest["which"];
  readonly run: string;
  readonly hosts: readonly HostName[];
}

export interface Selection {
  /** In the order of the inventory; never empty. */
  readonly hosts: readonly SelectedHost[];
  readonly excluded: readonly ExcludedHost[];
  /** Whether no flag and no pattern was given, so that all hosts are selected. */
  readonly unrestricted: boolean;
  readonly warnings: readonly Failure[];
}

export interface SelectedHost {
  readonly host: ResolvedHost;
  /** One entry for each flag that let the host through, such as "--tag eu". */
  readonly because: readonly string[];
}

export interface ExcludedHost {
  readonly name: HostName;
  readonly because: string;
}

export const everything: SelectionRequest = {
  patterns: [],
  hosts: [],
  groups: [],
  tags: [],
  roles: [],
  limit: [],
  exclude: [],
};

/** Whether nothing was asked for at all: no pattern and no flag. */
export const isUnrestricted = (request: SelectionRequest): boolean =>
  request.rerun === undefined && Object.values(request).every((value) => !Array.isArray(value) || value.length === 0);
