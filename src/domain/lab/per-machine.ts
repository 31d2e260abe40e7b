/** Options that hold for all machines of a lab, or for one by name: `debian`, `lab-3=debian`. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface PerMachine<T extends string> {
  readonly all: T;
  readonly byName: Readonly<Record<string, T>>;
}

export const valueFor = <T extends string>(option: PerMachine<T>, name: string): T => option.byName[name] ?? option.all;

/**
 * Reads the words given for one option; later ones win.
 *
 * @param flag how the option is typed, for the message
 */
export function parsePerMachine<T extends string>(
  flag: string,
  words: readonly string[],
  allowed: readonly T[],
  standard: T,
): Result<PerMachine<T>> {
  let all = standard;
  const byName: Record<string, T> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    const value = allowed.find((candidate) => candidate === word.slice(equals + 1));
    if (value === undefined || equals === 0)
      return err(
        failure("lab/bad-option", `${flag} has a value that it cannot have`, {
          expected: `${allowed.join(" or ")}, for all machines or as NAME=VALUE for one`,
          found: word,
        }),
      );
    if (equals === -1) all = value;
    else byName[word.slice(0, equals)] = value;
  }
  return ok({ all, byName });
}
