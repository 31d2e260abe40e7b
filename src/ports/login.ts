/** A person's own way to a host: the real ssh on this terminal. */
import type { Result } from "../domain/outcome/result.ts";
import type { HostAddress } from "./transport.ts";

export interface Login {
  /**
   * Runs ssh with the address, key and host key policy that NixFleet itself would use; without a command it is a login.
   * Gives its exit code: the command's own, or 255 when there was no connection. Fails with `transport/*` before ssh starts.
   */
  open(host: HostAddress, command: readonly string[]): Promise<Result<number>>;
}
