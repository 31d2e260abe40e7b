/** How a host that has gone silent is noticed; ssh's own default is never. */
import type { SshConfig } from "../../domain/ssh-config/parse.ts";

const DEFAULT_KEEPALIVE_MS = 15_000;

export const keepaliveOf = ({ keepaliveMs, keepalivesMissed }: SshConfig) => ({
  intervalMs: keepaliveMs ?? DEFAULT_KEEPALIVE_MS,
  missed: keepalivesMissed,
});
