/** One text for one value: keys sorted, no white space, absent and undefined members alike left out. */

/** Takes plain data (no dates, maps, bigints or functions); equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (isRecord(member) ? sortedRecord(member) : member)) ?? "null";
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function sortedRecord(record: Record<string, unknown>): Record<string, unknown> {
  // Without a prototype, so that a key called __proto__ stays an ordinary key.
  const sorted: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(record).sort()) sorted[key] = record[key];
  return sorted;
}
