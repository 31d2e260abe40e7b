/** Bounded memory for what a child writes. */

export interface OutputStore {
  add(chunk: Buffer): void;
  text(): string;
  bytes(): Buffer;
}

/** Keeps everything up to the limit and calls `onOverflow` once when more comes; the surplus is dropped. */
export function keepHead(limitBytes: number, onOverflow: () => void): OutputStore {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      if (size > limitBytes) return;
      size += chunk.length;
      if (size > limitBytes) onOverflow();
      else chunks.push(chunk);
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
    bytes: () => Buffer.concat(chunks),
  };
}

/** Keeps the last bytes. */
export function keepTail(limitBytes: number): OutputStore {
  let chunks: Buffer[] = [];
  let size = 0;
  const compact = () => {
    const tail = Buffer.concat(chunks).subarray(-limitBytes);
    chunks = [Buffer.from(tail)];
    size = tail.length;
  };
  return {
    add: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      // Twice the limit, so that copying is rare.
      if (size > 2 * limitBytes) compact();
    },
    text: () => {
      compact();
      return chunks[0]?.toString("utf8") ?? "";
    },
    bytes: () => {
      compact();
      return chunks[0] ?? Buffer.alloc(0);
    },
  };
}
