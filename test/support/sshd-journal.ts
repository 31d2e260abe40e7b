/** What a machine's own journal says about who came: connections that sshd accepted, commands that sudo ran. */
import type { TestLab } from "./lab.ts";
import { onHost } from "./verbs.ts";

export interface Visits {
  readonly connections: number;
  readonly sudo: number;
}

/** Counts what `work` does to the machine; looking costs one of each, which is taken off. */
export async function visitsDuring(lab: TestLab, name: string, work: () => Promise<unknown>): Promise<Visits> {
  const cursor = await onHost(
    lab,
    name,
    "journalctl --sync; journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p'",
  );
  await work();
  const log = await onHost(lab, name, `journalctl --sync; journalctl --quiet --output=cat --after-cursor='${cursor}'`);
  const count = (sign: RegExp) => log.split("\n").filter((line) => sign.test(line)).length;
  return { connections: count(/^Accepted \w+ for /) - 1, sudo: count(/ ; COMMAND=/) - 1 };
}
