/** Things measured in turn, so that whatever else the machine does meets all of them alike. */

/** Figures by name; milliseconds, bytes, whatever the caller counts in. */
export type Figures<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** Each thing once to warm up, then `rounds` times, always one after the other. */
export async function inTurn<Name extends string>(
  things: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Figures<Name>> {
  const names = Object.keys(things) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const figure = await things[name]();
      if (round > 0) figures[name].push(figure);
    }
  }
  return figures;
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

export const least = (figures: readonly number[]): number => Math.min(...figures);

export const ratio = (figure: number, reference: number): string => `${(figure / reference).toFixed(2)}x`;

/** "1.24 s", "340 ms". */
export const time = (ms: number): string => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`);

/** Aligned rows. */
export function report(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}
