/** A list in blocks: changing one element copies its block, not the list. Plain arrays, so that state stays JSON. */
export type Blocks<T> = readonly (readonly T[])[];

// Two levels: for ten thousand elements a change copies about two hundred references.
const BLOCK = 128;

export function blocksOf<T>(length: number, value: T): Blocks<T> {
  return Array.from({ length: Math.ceil(length / BLOCK) }, (_, block) =>
    new Array<T>(Math.min(BLOCK, length - block * BLOCK)).fill(value),
  );
}

export function elementOf<T>(blocks: Blocks<T>, index: number): T {
  const block = blocks[Math.floor(index / BLOCK)];
  if (block === undefined || index % BLOCK >= block.length) throw new RangeError(`no element ${index}`);
  return block[index % BLOCK] as T;
}

export const withElement = <T>(blocks: Blocks<T>, index: number, value: T): Blocks<T> =>
  blocks.with(Math.floor(index / BLOCK), (blocks[Math.floor(index / BLOCK)] ?? []).with(index % BLOCK, value));
