/** Randomness, for ids. */
export type RandomBytes = (count: number) => Uint8Array;
