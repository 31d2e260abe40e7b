/** The openssh adapter: certificates, security keys, GSSAPI, ProxyCommand and whatever else only OpenSSH can do. */
import { rm, writeFile } from "node:fs/promises";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { Adapter, AdapterParts } from "../ssh2/connect.ts";
import { endpointOf, type SshTarget } from "../target.ts";
import { generateConfig, pinnedKnownHosts } from "./config.ts";
import { createOpenSshConnection } from "./connection.ts";
import { classifyOpenSsh } from "./failure.ts";
import { type Master, startMaster } from "./master.ts";

interface OwnFiles {
  readonly controlPath: string;
  readonly configPath: string;
  readonly hostOptions: readonly string[];
  readonly tidy: () => Promise<void>;
}

export function createOpenSsh({ options, limits, folder, bridges }: AdapterParts): Adapter {
  const masters = new Set<Master>();
  return {
    async close() {
      await Promise.all([...masters].map((master) => master.stop()));
    },
    async connect(host, target, because, signal) {
      const files = await writeFiles(target);
      if (!files.ok) return files;
      const jump = target.jumps.at(-1);
      const through = jump === undefined ? undefined : endpointOf(jump.config);
      const master = await limits.run(through, signal, () => open(target, files.value, signal));
      if (master?.ok !== true) {
        await files.value.tidy();
        return master ?? err(failure("transport/aborted", "the connection was called off"));
      }
      if (target.hostKeys.unknownKeys === "accept-any") {
        options.onWarning?.(`the host key of ${target.alias} is not verified: --insecure-accept-any-host-key is set`);
      }
      const { hostname: address, user } = target.config;
      const fingerprint = /Server host key: \S+ (SHA256:\S+)/.exec(master.value.stderr())?.[1];
      const description = {
        adapter: "openssh",
        address,
        user,
        ...(fingerprint === undefined ? {} : { hostKeyFingerprint: fingerprint }),
        because,
      } as const;
      const { controlPath, tidy } = files.value;
      return ok(
        createOpenSshConnection({ host, master: master.value, controlPath, description, folder, bridges, tidy }),
      );
    },
  };

  async function open(target: SshTarget, files: OwnFiles, signal: AbortSignal): Promise<Result<Master>> {
    const { alias, sshArguments } = target;
    const master = startMaster({ ...files, alias, sshArguments, onLine });
    masters.add(master);
    void master.ended.then(() => masters.delete(master));
    const state = await master.ready(signal);
    if (state === "ready") return ok(master);
    await master.stop();
    if (state === "aborted") return err(failure("transport/aborted", `the connection to ${alias} was called off`));
    if (state === "timeout") return err(failure("transport/timeout", `${alias} did not finish the SSH handshake`));
    return err(classifyOpenSsh(master.stderr(), target));
  }

  /** What a person has to do, or should know of. */
  function onLine(line: string): void {
    if (/^Confirm user presence|^Warning: Permanently added/.test(line)) options.onWarning?.(line);
  }

  async function writeFiles(target: SshTarget): Promise<Result<OwnFiles>> {
    const base = await folder.newPath();
    if (!base.ok) return base;
    const { pinned } = target.hostKeys;
    const [configPath, keysPath] = [`${base.value}.conf`, `${base.value}.keys`];
    const { text, hostOptions } = generateConfig(
      target,
      options.sshConfig,
      pinned === undefined ? undefined : keysPath,
    );
    if (pinned !== undefined) await writeFile(keysPath, pinnedKnownHosts(pinned), { mode: 0o600 });
    await writeFile(configPath, text, { mode: 0o600 });
    const tidy = async () => {
      for (const path of [configPath, keysPath, base.value]) await rm(path, { force: true });
    };
    return ok({ controlPath: base.value, configPath, hostOptions, tidy });
  }
}
