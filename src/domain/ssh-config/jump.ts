/** One hop of ProxyJump: `[user@]host[:port]`, `[user@][address]:port` or an `ssh://` URI. */

export interface JumpHop {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const HOP = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:/]+))(?::([0-9]{1,5}))?\/?$/;

/** Undefined when the text is not a hop. */
export function parseJumpHop(text: string): JumpHop | undefined {
  const match = HOP.exec(text.trim()) ?? bareAddress(text.trim());
  const host = match?.[2] ?? match?.[3];
  if (match === null || match === undefined || host === undefined || host.startsWith("-")) return undefined;
  return {
    host,
    ...(match[1] === undefined ? {} : { user: match[1] }),
    ...(match[4] === undefined ? {} : { port: Number(match[4]) }),
  };
}

/** An IPv6 address without brackets has colons of its own, hence no port. */
const bareAddress = (text: string): RegExpExecArray | null => /^(?:([^@]+)@)?([0-9a-f:.%]+)$/i.exec(text);
