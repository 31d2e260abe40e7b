/** What to do with a new signing key. */
import type { MadeKey } from "../../workflows/keys.ts";
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
