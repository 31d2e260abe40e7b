/** What Nix calls machines like this one, which lab machines are too. */
import { machine } from "node:os";

/** For example `x86_64-linux`. */
export const nixSystem = (): string => `${machine() === "arm64" ? "aarch64" : machine()}-linux`;
