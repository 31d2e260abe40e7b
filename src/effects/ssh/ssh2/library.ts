/** The ssh2 library, loaded with the first connection: it costs 50 ms that most commands need not pay. */
let loading: Promise<typeof import("ssh2")> | undefined;

export function ssh2(): Promise<typeof import("ssh2")> {
  loading ??= import("ssh2").then((module) => module.default);
  return loading;
}
