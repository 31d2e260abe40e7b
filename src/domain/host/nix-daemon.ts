/** Where the Nix daemon listens, and how to reach it where its socket cannot be forwarded. */
import { quoteAll } from "./quote.ts";

export const NIX_DAEMON_SOCKET = "/nix/var/nix/daemon-socket/socket";

/** Printed before the daemon speaks, so that what login scripts say before it is not taken for the protocol. */
export const BRIDGE_LINE = "nixfleet-bridge\n";

// A login over SSH without a login shell often lacks Nix in its PATH.
const NIX_DAEMON_PROGRAMS = [
  "/nix/var/nix/profiles/default/bin/nix-daemon",
  "/run/current-system/sw/bin/nix-daemon",
  "/usr/bin/nix-daemon",
  "/usr/sbin/nix-daemon",
  "/usr/local/bin/nix-daemon",
];

/** A command that passes standard input and output on to the daemon, whatever the login shell; 127 without Nix. */
export const nixDaemonBridge = (programs: readonly string[] = NIX_DAEMON_PROGRAMS): string =>
  quoteAll(["sh", "-c", BRIDGE, "sh", ...programs]);

const BRIDGE = 'for each; do if [ -x "$each" ]; then echo nixfleet-bridge; exec "$each" --stdio; fi; done; exit 127';
