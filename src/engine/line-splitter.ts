/** Cuts a byte stream into lines; a line that never ends is cut at a limit, so that memory stays bounded. */

const MAX_LINE_BYTES = 64 * 1024;

export interface LineSplitter {
  push(chunk: Uint8Array): readonly string[];
  /** What is left, when the stream ends without a line end. */
  rest(): readonly string[];
}

export function createLineSplitter(): LineSplitter {
  let pending = Buffer.alloc(0);
  const take = (end: number, skip: number): string => {
    const line = pending.subarray(0, end).toString("utf8");
    pending = pending.subarray(end + skip);
    return line;
  };
  return {
    push(chunk) {
      pending = Buffer.concat([pending, chunk]);
      const lines: string[] = [];
      for (;;) {
        const end = pending.indexOf(0x0a);
        if (end >= 0 && end <= MAX_LINE_BYTES) lines.push(take(end, 1));
        else if (pending.length > MAX_LINE_BYTES) lines.push(take(MAX_LINE_BYTES, 0));
        else return lines;
      }
    },
    rest: () => (pending.length === 0 ? [] : [take(pending.length, 0)]),
  };
}
