/** From the text of an inventory to its first stage. */
import type { Failure } from "../outcome/failure.ts";
import { fromAnsibleList, isAnsibleList } from "./document/ansible.ts";
import type { SourceText } from "./document/located.ts";
import { readJson } from "./document/read-json.ts";
import { readYaml } from "./document/read-yaml.ts";
import { type Fragment, readFragment } from "./fragment.ts";

export interface ParsedInventory {
  readonly fragment: Fragment;
  readonly warnings: readonly Failure[];
}

/** Never fails: mistakes are kept in the fragment, so that resolving can add its own to them. */
export function parseInventory(source: SourceText, form: "yaml" | "json"): ParsedInventory {
  const document = form === "json" ? readJson(source) : readYaml(source);
  if (document.mistakes.length > 0 || !isAnsibleList(document.root)) {
    return { fragment: readFragment(document, source), warnings: [] };
  }
  const { root, warnings } = fromAnsibleList(document.root, source);
  return { fragment: readFragment({ root, mistakes: [] }, source), warnings };
}
