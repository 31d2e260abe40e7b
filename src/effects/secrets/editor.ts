/** The operator's editor on a file in memory. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { inMemoryFolder } from "./memory-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Editing {
  readonly name: string;
  readonly value: Uint8Array;
  readonly env: Environment;
  /** Ends the editor, and with it the editing. */
  readonly signal: AbortSignal;
}

/** Fails with `secrets/editor`; Ctrl-C in the editor is its own affair and does not end us. */
export function editInMemory({ name, value, env, signal }: Editing): Promise<Result<Uint8Array>> {
  return inMemoryFolder(env, async (folder) => {
    const file = join(folder, name);
    await writeFile(file, value, { mode: 0o600 });
    const editor = env.VISUAL || env.EDITOR || "vi";
    const ignore = (): void => {};
    process.on("SIGINT", ignore);
    try {
      const { exitCode, code } = await execa("/bin/sh", ["-c", `exec env ${editor} "$@"`, editor, file], {
        stdio: "inherit",
        reject: false,
        cancelSignal: signal,
      });
      if (signal.aborted) return err(crashed(editor, "it was ended from outside"));
      if (exitCode !== 0) return err(crashed(editor, exitCode === undefined ? String(code) : `exit code ${exitCode}`));
      return ok(await readFile(file));
    } finally {
      process.off("SIGINT", ignore);
    }
  });
}

const crashed = (editor: string, found: string): Failure =>
  failure("secrets/editor", "the editor did not end well, so the secret is as it was", {
    expected: `${editor} to end with 0`,
    found,
    next: "try again; EDITOR names another editor",
  });
