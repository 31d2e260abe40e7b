/** Reads dependencies out of the derivation files in the store. */
import { readFileSync } from "node:fs";
import { inputDerivations } from "../../domain/nix/derivation.ts";

/** Each file is read once; one that cannot be read has no known dependencies. */
export function derivationInputs(): (drvPath: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (drvPath) => {
    const inputs = known.get(drvPath) ?? read(drvPath);
    known.set(drvPath, inputs);
    return inputs;
  };
}

function read(drvPath: string): readonly string[] {
  try {
    return inputDerivations(readFileSync(drvPath, "utf8")) ?? [];
  } catch {
    return [];
  }
}
