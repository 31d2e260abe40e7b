/** Files that a command writes beside its output, for a CI service to pick up. Synchronous: the last one is written at the very end. */
import { appendFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

export interface ReportFiles {
  /** The whole file at once; a reader sees the old one or the new one. Gives what went wrong. */
  replace(path: string, text: string): string | undefined;
  append(path: string, text: string): string | undefined;
  /** Bytes; 0 for a file that is not there. */
  size(path: string): number;
}

export const reportFiles: ReportFiles = {
  replace(path, text) {
    const fresh = `${path}.${process.pid}.new`;
    return trouble(() => {
      try {
        writeFileSync(fresh, text);
        renameSync(fresh, path);
      } catch (error) {
        rmSync(fresh, { force: true });
        throw error;
      }
    });
  },
  append: (path, text) => trouble(() => appendFileSync(path, text)),
  size: (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
};

function trouble(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
