/** Which of the failed derivations a closure needs. */

/**
 * Walks from a derivation to what it depends on.
 * @param inputsOf direct dependencies of a derivation; empty when unknown
 */
export function failedInputsOf(
  drvPath: string,
  failed: ReadonlySet<string>,
  inputsOf: (drvPath: string) => readonly string[],
): readonly string[] {
  const found: string[] = [];
  const seen = new Set([drvPath]);
  // The list grows while it is walked: breadth first.
  const queue = [drvPath];
  for (const current of queue) {
    if (failed.has(current)) {
      found.push(current);
      continue;
    }
    for (const input of inputsOf(current)) {
      if (seen.has(input)) continue;
      seen.add(input);
      queue.push(input);
    }
  }
  return found;
}
