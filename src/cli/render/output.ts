/** One output stream, written to safely: a reader that went away ends the output, not the run. */

export interface OutputStream {
  write(text: string): unknown;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Output {
  /** Drops the text when nobody reads any more. */
  write(text: string): void;
  /** Columns of the terminal; 80 where there is none, so that files and logs look alike everywhere. */
  width(): number;
}

const listening = new WeakSet<OutputStream>();
const gone = new WeakSet<OutputStream>();

/** `guard` goes over every text before it is written. */
export function outputTo(stream: OutputStream, guard: (text: string) => string = (text) => text): Output {
  if (!listening.has(stream)) {
    listening.add(stream);
    stream.on("error", (error) => {
      if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      gone.add(stream);
    });
  }
  return {
    write(text) {
      if (text !== "" && !gone.has(stream)) stream.write(guard(text));
    },
    width: () => (stream.isTTY === true ? Math.max(40, stream.columns ?? 80) : 80),
  };
}
