/** What to do with a new signing key. */
import type { ListedKey, MadeKey } from "../../workflows/keys.ts";
import { table } from "./layout.ts";
import { printable } from "./printable.ts";

export const renderMadeKey = ({ key, file }: MadeKey): string =>
  [
    `The secret key ${key.name} is in ${printable(file)}; keep it out of the repository.`,
    "Name it in the inventory:",
    "  fleet:",
    `    signingKey: ${printable(file)}`,
    "and put its public half into trusted-public-keys of each host's nix.conf:",
    "",
  ].join("\n");

const ROLES: Readonly<Record<ListedKey["role"], string>> = { signs: "signs here", next: "takes over", known: "" };

/** A line each. */
export const renderKeyList = (keys: readonly ListedKey[]): string =>
  table(
    keys.map(({ publicKey, role, published }) => [
      { text: printable(publicKey) },
      { text: ROLES[role] },
      { text: published ? "in fleet.publicKeys" : "not in fleet.publicKeys" },
    ]),
  )
    .map((line) => `${line}\n`)
    .join("");
