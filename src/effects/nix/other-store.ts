/** How Nix is told of a store that is not this machine's. */
import { chmod, writeFile } from "node:fs/promises";
import { quote } from "../../domain/host/quote.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { DaemonStore, OtherStore } from "../../ports/nix-builder.ts";

export interface StoreUrls {
  /** To build, to ask and to copy to. */
  at(store: OtherStore): Result<string>;
  /** To read from. */
  from(store: OtherStore): Promise<Result<string>>;
}

/**
 * Nix takes whatever is behind `unix://` for a daemon of this machine, and reads files of its store from the disk here: only
 * asking and writing go through the daemon. To read through it, the same socket is given as the far end of an `ssh-ng` store
 * without SSH: for the name localhost, Nix starts the remote program as it is.
 * @param cacheUrl of the fleet's cache, if it has one
 */
export function storeUrls(cacheUrl: string | undefined): StoreUrls {
  const cache = (): Result<string> => (cacheUrl === undefined ? err(noCache()) : ok(cacheUrl));
  return {
    at: (store) => (store.kind === "cache" ? cache() : ok(daemonUrl(store))),
    from: async (store) => (store.kind === "cache" ? cache() : throughBridge(store)),
  };
}

export const daemonUrl = ({ socket }: DaemonStore): string => `unix://${socket}`;

// Nix gives the program's path to a shell, and splits it at spaces before that.
const PLAIN_PATH = /^[A-Za-z0-9/._+-]+$/;

/** The program lies beside the socket, in a folder of ours that goes with the connection. */
async function throughBridge({ socket }: DaemonStore): Promise<Result<string>> {
  const program = `${socket}.bridge`;
  if (!PLAIN_PATH.test(program)) return err(oddPath(program));
  try {
    await writeFile(program, `#!/bin/sh\nexec ${[process.execPath, "-e", BRIDGE, socket].map(quote).join(" ")}\n`);
    await chmod(program, 0o700);
  } catch (error) {
    return err(failure("nix/store-unknown", "the way to a host's store cannot be made", { found: String(error) }));
  }
  return ok(`ssh-ng://localhost?remote-program=${program}`);
}

/** Joins standard input and output to the socket; each side's end is passed on. */
const BRIDGE = `
const socket = require("node:net").connect({ path: process.argv[1], allowHalfOpen: true });
socket.on("error", (error) => { process.stderr.write(error.message); });
socket.on("close", () => process.stdin.destroy());
process.stdin.pipe(socket).pipe(process.stdout);
`;

const oddPath = (found: string) =>
  failure("nix/store-unknown", "the folder for sockets has a path that Nix cannot take", {
    expected: "letters, digits, and . _ + - /",
    found,
    next: "set XDG_RUNTIME_DIR to a folder with a plain path",
  });

const noCache = () =>
  failure("nix/store-unknown", "the inventory names no cache", {
    expected: "fleet.cache, a Nix store URL",
    next: "name the store that `nixfleet build --push` fills",
  });
