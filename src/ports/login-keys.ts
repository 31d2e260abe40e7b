/** Public SSH keys of whoever runs the CLI, for accounts that are to let them in. */
import type { Result } from "../domain/outcome/result.ts";

export interface LoginKeys {
  /** `TYPE BASE64` of each key in the file. Fails with `bootstrap/no-login-key`. */
  read(file: string): Promise<Result<readonly string[]>>;
  /** The keys that ssh would offer: of the identity file, or the usual ones. Fails with `bootstrap/no-login-key`. */
  usual(identityFile: string | undefined): Promise<Result<readonly string[]>>;
}
