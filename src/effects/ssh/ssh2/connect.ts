/** The ssh2 adapter. */
import type { HostName } from "../../../domain/ids.ts";
import { ok, type Result } from "../../../domain/outcome/result.ts";
import type { Connection } from "../../../ports/transport.ts";
import type { DialLimits } from "../dial-limits.ts";
import type { KnownHostFiles } from "../known-host-files.ts";
import type { TransportOptions } from "../options.ts";
import type { RuntimeFolder } from "../sockets/runtime-folder.ts";
import type { SshTarget } from "../target.ts";
import { createSsh2Connection } from "./connection.ts";
import { createEndpoints } from "./endpoint.ts";
import { fingerprintOf, type Handshake } from "./handshake.ts";
import { createPrivateKeys } from "./private-keys.ts";

export interface AdapterParts {
  readonly options: TransportOptions;
  readonly limits: DialLimits;
  readonly folder: RuntimeFolder;
  readonly bridges: ReadonlyMap<string, string>;
}

export interface Adapter {
  connect(host: HostName, target: SshTarget, because: string, signal: AbortSignal): Promise<Result<Connection>>;
  close(): Promise<void>;
}

export function createSsh2(parts: AdapterParts & { readonly knownHostFiles: KnownHostFiles }): Adapter {
  const { options, limits, folder, bridges, knownHostFiles } = parts;
  const endpoints = createEndpoints({ keys: createPrivateKeys(options), limits, onHostKey });
  return {
    close: () => endpoints.close(),
    async connect(host, target, because, signal) {
      const reached = await endpoints.reach(target, signal);
      if (!reached.ok) return reached;
      const { hostname: address, user } = target.config;
      const hostKeyFingerprint = fingerprintOf(reached.value);
      const description = { adapter: "ssh2", address, user, hostKeyFingerprint, because } as const;
      const { client, stream } = reached.value;
      return ok(createSsh2Connection({ host, client, stream, description, folder, bridges }));
    },
  };

  async function onHostKey({ hostKeys, config }: SshTarget, { hostKey, decision }: Handshake): Promise<Result<void>> {
    if (decision.kind === "accept-anyway") {
      options.onWarning?.(
        `${decision.instead.what}; accepted all the same because --insecure-accept-any-host-key is set`,
      );
    }
    const file = hostKeys.userFiles[0];
    if (decision.kind !== "accept-new" || file === undefined) return ok(undefined);
    const added = await knownHostFiles.add(file, hostKeys.identity, hostKey, config.hashKnownHosts);
    if (added.ok) options.onWarning?.(`the host key of ${hostKeys.identity.name} was new and is now in ${file}`);
    return added;
  }
}
