/** The operator's editor on a file in memory. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { inMemoryFolder } from "./memory-folder.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Fails with `secrets/editor`; the editor's signals are its own affair, so Ctrl-C in it does not end us. */
export function editInMemory(name: string, value: Uint8Array, env: Environment): Promise<Result<Uint8Array>> {
  return inMemoryFolder(env, async (folder) => {
    const file = join(folder, name);
    await writeFile(file, value, { mode: 0o600 });
    const editor = env.VISUAL || env.EDITOR || "vi";
    const ignore = (): void => {};
    process.on("SIGINT", ignore);
    try {
      const { exitCode, code } = await execa("/bin/sh", ["-c", `${editor} "$@"`, editor, file], {
        stdio: "inherit",
        reject: false,
      });
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
