/** Finds what somebody probably meant. */

/**
 * The known name nearest to a mistyped one, or nothing when none is near: at most a third of the letters may differ,
 * counted as insertions, deletions, replacements and swapped neighbours.
 */
export function nearMiss(typed: string, known: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    if (Math.abs(name.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, name.toLowerCase(), best === undefined ? limit : best.distance - 1);
    if (distance !== undefined) best = { name, distance };
    if (best?.distance === 0) break;
  }
  return best?.name;
}

/** "did you mean web-1?", or nothing. */
export function didYouMean(typed: string, known: Iterable<string>): string | undefined {
  const name = nearMiss(typed, known);
  return name === undefined ? undefined : `did you mean ${name}?`;
}

/** Optimal string alignment distance, or nothing when it exceeds the limit. */
function editDistance(a: string, b: string, limit: number): number | undefined {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const shifted = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? (twoBack[column - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, shifted, swapped));
    }
    if (Math.min(...current) > limit) return undefined;
    [twoBack, previous] = [previous, current];
  }
  const distance = previous[b.length] ?? 0;
  return distance <= limit ? distance : undefined;
}
