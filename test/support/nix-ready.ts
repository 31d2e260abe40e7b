/** Before the Nix tests: a machine without Nix gets the lab's, if it may build the lab's image. */
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { labCommand } from "./lab.ts";

export async function setup(): Promise<void> {
  // Without root there is no image; the tests then say that they are skipped for want of Nix.
  if (findNix(process.env) !== undefined || process.getuid?.() !== 0) return;
  const { code, stderr } = await labCommand(["image", "--install-deps"]);
  if (code !== 0) throw new Error(`the Nix tests found no Nix, and the lab could not provide one:\n${stderr}`);
}
