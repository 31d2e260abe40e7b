/** Many host names as few words: `web-[1-9,12]`, `db[01-04].eu`; and back again. */

/** Natural order: numbers inside names count as numbers, so web-2 comes before web-10. */
export function compareHostNames(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = comparePieces(left[index] ?? "", right[index] ?? "", index % 2 === 1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || compareText(a, b);
}

/** Lossless: `unfoldHosts` gives the same set back. Duplicates count once. Names that hold `[`, `]` or `,` stay as they are. */
export function foldHosts(names: Iterable<string>): string {
  const unique = [...new Set(names)].sort(compareHostNames);
  const slots = chooseSlots(unique);
  const groups = new Map<string, { slot: Slot | undefined; name: string; numbers: string[] }>();
  for (const name of unique) {
    const slot = slots.get(name);
    const key = slot === undefined ? name : slotKey(slot);
    const group = groups.get(key) ?? { slot, name, numbers: [] };
    if (slot !== undefined) group.numbers.push(slot.digits);
    groups.set(key, group);
  }
  return [...groups.values()].map(foldGroup).join(",");
}

/** Reads what `foldHosts` wrote, in its order. */
export function unfoldHosts(folded: string): string[] {
  if (folded === "") return [];
  return splitOutsideBrackets(folded).flatMap((word) => {
    const parts = /^([^[\]]*)\[([^[\]]*)\]([^[\]]*)$/.exec(word);
    if (parts === null) return [word];
    const [, prefix = "", ranges = "", suffix = ""] = parts;
    return ranges
      .split(",")
      .flatMap(unfoldRange)
      .map((digits) => `${prefix}${digits}${suffix}`);
  });
}

function comparePieces(left: string, right: string, digits: boolean): number {
  if (!digits) return compareText(left, right);
  const a = left.replace(/^0+(?=\d)/, "");
  const b = right.replace(/^0+(?=\d)/, "");
  return a.length - b.length || compareText(a, b);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One run of digits of a name, and what stands around it. */
interface Slot {
  readonly prefix: string;
  readonly digits: string;
  readonly suffix: string;
  /** Width of zero padding; 0 for numbers without. */
  readonly width: number;
}

// Longer digits would not survive as a number, and are no counter anyway.
const MAX_DIGITS = 15;

function slotsOf(name: string): Slot[] {
  if (/[[\],]/.test(name)) return [];
  return [...name.matchAll(/\d+/g)]
    .filter(([digits]) => digits.length <= MAX_DIGITS)
    .map((match) => ({
      prefix: name.slice(0, match.index),
      digits: match[0],
      suffix: name.slice(match.index + match[0].length),
      width: match[0].length > 1 && match[0].startsWith("0") ? match[0].length : 0,
    }));
}

const slotKey = ({ prefix, suffix, width }: Slot): string => `${prefix}\0${suffix}\0${width}`;

/** For each name the run of digits that most other names share, so that the fewest words are left. */
function chooseSlots(names: readonly string[]): Map<string, Slot> {
  const candidates = new Map(names.map((name) => [name, slotsOf(name)]));
  const padded = new Set(
    [...candidates.values()]
      .flat()
      .filter((slot) => slot.width > 0)
      .map(slotKey),
  );
  // 10 belongs to 08, 09, 10 as well as to 9, 10, 11: to the padded ones where there are any.
  const joined = (slot: Slot): Slot => {
    const asPadded = { ...slot, width: slot.digits.length };
    return slot.width === 0 && padded.has(slotKey(asPadded)) ? asPadded : slot;
  };
  const counts = new Map<string, number>();
  for (const slot of [...candidates.values()].flat().map(joined)) {
    counts.set(slotKey(slot), (counts.get(slotKey(slot)) ?? 0) + 1);
  }
  const chosen = new Map<string, Slot>();
  for (const [name, slots] of candidates) {
    const best = slots.map(joined).reduce<Slot | undefined>((winner, slot) => {
      const count = counts.get(slotKey(slot)) ?? 0;
      return winner === undefined || count >= (counts.get(slotKey(winner)) ?? 0) ? slot : winner;
    }, undefined);
    if (best !== undefined) chosen.set(name, best);
  }
  return chosen;
}

function foldGroup({ slot, name, numbers }: { slot: Slot | undefined; name: string; numbers: string[] }): string {
  if (slot === undefined || numbers.length === 1) return name;
  return `${slot.prefix}[${foldNumbers(numbers).join(",")}]${slot.suffix}`;
}

function foldNumbers(sorted: readonly string[]): string[] {
  const ranges: { first: string; last: string }[] = [];
  for (const digits of sorted) {
    const open = ranges.at(-1);
    if (open !== undefined && Number(digits) === Number(open.last) + 1) open.last = digits;
    else ranges.push({ first: digits, last: digits });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`));
}

function unfoldRange(range: string): string[] {
  const [first = "", last] = range.split("-");
  if (last === undefined) return [first];
  const width = first.length > 1 && first.startsWith("0") ? first.length : 0;
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, index) => String(Number(first) + index).padStart(width, "0"));
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^[\]]*\])/);
}
