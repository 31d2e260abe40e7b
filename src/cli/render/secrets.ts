/** What the commands that look after secrets did; names and files, never values. */
import type { Checked } from "../../workflows/secrets/check.ts";
import type { Edited } from "../../workflows/secrets/edit.ts";
import type { Generated } from "../../workflows/secrets/generate.ts";
import type { Rekeyed } from "../../workflows/secrets/rekey.ts";
import { count } from "./layout.ts";
import { printable } from "./printable.ts";

export const renderEdited = (file: string, edited: Edited): string =>
  edited === "unchanged" ? `${printable(file)} is unchanged\n` : `${printable(file)} is written; git add it\n`;

const reasons: Readonly<Record<Generated["because"], string>> = {
  missing: "it was missing",
  due: "it was due",
  asked: "as asked",
  needs: "what it is made of is new",
};

export function renderGenerated(made: readonly Generated[]): string {
  if (made.length === 0) return "Nothing to make: every secret with a generator is there.\n";
  const lines = made.map(({ file, because, publicFile }) => {
    const more = publicFile === undefined ? "" : `, its public part ${printable(publicFile)}`;
    return `made ${printable(file)} (${reasons[because]})${more}`;
  });
  return `${lines.join("\n")}\nnext  git add secrets\n`;
}

export function renderRekeyed({ written, untouched, withdrawn }: Rekeyed): string {
  const lines = [
    ...written.map((file) => `encrypted ${printable(file)} anew`),
    `${count(written.length, "file")} written, ${untouched} as they were`,
    ...withdrawn.map((file) => `warning: somebody who lost access knows the value of ${printable(file)}: rotate it`),
  ];
  return `${lines.join("\n")}\n`;
}

export function renderChecked({ secrets, findings, unused }: Checked): string {
  const lines = [
    ...unused.map((file) => `warning: no host declares ${printable(file)}`),
    findings.length === 0 ? `${count(secrets, "secret")} in order` : `${count(secrets, "secret")} checked`,
  ];
  return `${lines.join("\n")}\n`;
}
