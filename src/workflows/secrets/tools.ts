/** What the commands that look after secrets work with. */
import type { HostName } from "../../domain/ids.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { DeclaredSecret } from "../../domain/secrets/declared.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import type { SecretStore } from "../../ports/secret-store.ts";

export interface SecretTools {
  readonly secrets: ProjectSecrets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Values by their declarations, for sources other than files of age. */
  readonly values: SecretStore;
  /** Paths of this machine's store that the hosts' closures are made of; starts Nix. */
  storePaths(hosts: readonly HostName[], signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** What the fleet's Nix declares; starts Nix. */
  declared(
    hosts: readonly HostName[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<HostName, readonly DeclaredSecret[]>>>;
}
