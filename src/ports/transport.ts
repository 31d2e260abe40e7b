/** One authenticated connection to a host: commands and unix-socket forwarding, nothing else. */
import type { HostName } from "../domain/ids.ts";
import type { Result } from "../domain/outcome/result.ts";

/** How to reach a host, as the inventory says; `ssh_config` fills what is left open. */
export interface HostAddress {
  readonly host: HostName;
  /** Tried in order; the first that answers is used. `localhost` with transport "local" means no SSH at all. */
  readonly addresses: readonly string[];
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly proxyJump?: string;
  /** Public host keys, `ssh-ed25519 AAAA…`; when given, nothing else is accepted. */
  readonly hostKeys?: readonly string[];
  readonly transport: "auto" | "ssh2" | "openssh" | "local";
}

export interface Transport {
  /** Dials, verifies the host key and authenticates. Fails with `transport/*`; never retries authentication. */
  connect(address: HostAddress, signal: AbortSignal): Promise<Result<Connection>>;
  /** Closes whatever the transport itself still holds (jump connections, control masters, sockets). */
  close(): Promise<void>;
}

export interface Connection {
  readonly host: HostName;
  /** How the connection came about, for `doctor` and `-vv`: adapter, address, user, host key fingerprint. */
  readonly description: ConnectionDescription;
  /**
   * Starts a command without a terminal. The text is given to the remote login shell, so callers quote
   * (domain/host/quote.ts). At most eight run at once on a connection; more wait for their turn, which counts as time of
   * the command. Fails when the connection is gone or the host refuses.
   */
  spawn(command: string, options: SpawnOptions): Promise<Result<RemoteProcess>>;
  /**
   * Forwards a unix socket of the host; the local path stays under 100 bytes and lives in a folder of mode 0700. Where
   * sshd forbids it, the Nix daemon's socket is bridged through a command of the same connection instead.
   */
  forwardUnix(remotePath: string): Promise<Result<ForwardedSocket>>;
  /** Resolves once the connection is gone, with the reason; never rejects. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

export interface ConnectionDescription {
  readonly adapter: "ssh2" | "openssh" | "local";
  readonly address: string;
  readonly user: string;
  readonly hostKeyFingerprint?: string;
  /** Why this adapter was chosen, in words. */
  readonly because: string;
}

/** Takes output. While what it returns is pending the host is made to wait, so that nothing piles up here. */
export type TakeOutput<Chunk extends Uint8Array = Buffer> = (chunk: Chunk) => void | Promise<void>;

export interface SpawnOptions {
  readonly onStdout: TakeOutput;
  readonly onStderr: TakeOutput;
  /** Limit for the whole command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface RemoteProcess {
  /** Resolves once the bytes are on their way, or are pointless because the command is over. Never rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends standard input. */
  end(): void;
  /**
   * Comes after the last output. Never rejects. After "timeout" and "aborted" the remote side may still run. The
   * OpenSSH client does not tell a death by signal from exit code 255, so with that adapter it is "exited" with 255.
   */
  readonly outcome: Promise<RemoteOutcome>;
}

export type RemoteOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timeout"; readonly afterMs: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "lost"; readonly reason: string };

export interface ForwardedSocket {
  readonly localPath: string;
  /** "forwarded" by sshd, or "bridged" through `nix-daemon --stdio` where sshd forbids forwarding. */
  readonly via: "forwarded" | "bridged" | "direct";
  close(): Promise<void>;
}
