/** Starts the real ssh for a person: our address, key and host key policy, their terminal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Login } from "../../ports/login.ts";
import type { HostAddress } from "../../ports/transport.ts";
import { pinnedKnownHosts, verification } from "./openssh/config.ts";
import type { TransportOptions } from "./options.ts";
import { createResolver, type Resolver } from "./resolve.ts";
import { createRuntimeFolder } from "./sockets/runtime-folder.ts";
import { dial } from "./ssh2/dial.ts";
import type { SshTarget } from "./target.ts";

/** What ssh itself exits with when there is no connection. */
const NO_CONNECTION = 255;

export function createLogin(options: TransportOptions): Login {
  const resolver = createResolver(options);
  return {
    async open(host, command) {
      if (host.transport === "local") return ok(await onThisTerminal(shellFor(command, options.environment)));
      const target = await firstThatAnswers(host, resolver);
      return target.ok ? login(target.value, command, options) : target;
    },
  };
}

/** Asks the network only where there is a choice, and no jump host between. */
async function firstThatAnswers(host: HostAddress, resolver: Resolver): Promise<Result<SshTarget>> {
  const { signal } = new AbortController();
  let last: Failure = failure("transport/unknown-address", "the host has no address");
  for (const address of host.addresses) {
    const target = await resolver.resolve(host, address, signal);
    if (!target.ok) return target;
    if (host.addresses.length === 1 || target.value.jumps.length > 0) return target;
    const socket = await dial(target.value.config, signal);
    if (socket.ok) {
      socket.value.destroy();
      return target;
    }
    last = socket.error;
  }
  return err({ ...last, host: host.host });
}

async function login(
  target: SshTarget,
  command: readonly string[],
  options: TransportOptions,
): Promise<Result<number>> {
  const folder = createRuntimeFolder(options.environment);
  try {
    const keys = await pinnedFile(target, folder);
    if (!keys.ok) return keys;
    const policy = verification(target.hostKeys, keys.value).flatMap((line) => ["-o", line.replace(" ", "=")]);
    const config = options.sshConfig === undefined ? [] : ["-F", resolve(options.sshConfig)];
    const words = ["ssh", ...config, ...policy, ...target.sshArguments, "--", target.alias, ...command];
    return ok(await onThisTerminal(words));
  } finally {
    await folder.remove();
  }
}

async function pinnedFile(
  { hostKeys: { pinned } }: SshTarget,
  folder: ReturnType<typeof createRuntimeFolder>,
): Promise<Result<string | undefined>> {
  if (pinned === undefined) return ok(undefined);
  const path = await folder.newPath();
  if (!path.ok) return path;
  await rm(path.value, { force: true });
  await writeFile(path.value, pinnedKnownHosts(pinned), { mode: 0o600, flag: "wx" });
  return path;
}

function shellFor(command: readonly string[], environment: TransportOptions["environment"]): readonly string[] {
  const shell = environment.SHELL || "/bin/sh";
  return command.length === 0 ? [shell] : [shell, "-c", command.join(" ")];
}

/** Ctrl-C is for the program on the terminal; we stay to pass on what becomes of it. */
async function onThisTerminal([program = "", ...args]: readonly string[]): Promise<number> {
  const stay = (): void => {};
  process.on("SIGINT", stay);
  try {
    const child = spawn(program, args, { stdio: "inherit" });
    const [code] = await once(child, "close");
    return typeof code === "number" ? code : NO_CONNECTION;
  } finally {
    process.off("SIGINT", stay);
  }
}
