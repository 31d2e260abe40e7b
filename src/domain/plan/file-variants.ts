/** The files of a group of hosts: what stands inside of one may differ from host to host where all else is equal. */
import { type ChangeGroup, groupBy } from "./groups.ts";
import type { FileChange } from "./plan.ts";

/** One change of content, and the hosts that have it in common. */
export interface FileVariant {
  readonly hosts: readonly string[];
  readonly file: FileChange;
}

/** For each file of the group, in order, its variants: the most frequent first, else by their first host. */
export function fileVariants({ example, members }: ChangeGroup): (readonly FileVariant[])[] {
  return example.files.map((_file, index) =>
    groupBy(
      members.flatMap((host) => {
        const file = host.files[index];
        return file === undefined ? [] : [{ host: host.name, file }];
      }),
      ({ file }) => `${file.withheld ?? ""}\0${file.diff ?? ""}`,
    )
      .sort((a, b) => b.length - a.length)
      .flatMap((same) => {
        const [first] = same;
        return first === undefined ? [] : [{ hosts: same.map(({ host }) => host), file: first.file }];
      }),
  );
}
