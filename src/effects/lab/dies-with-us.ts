/** Children that must not outlive the CLI, not even when it is killed. */

/**
 * Wraps a command so that it and all it starts end when the calling process does: the kernel kills `unshare` when its
 * parent dies, its child when it dies, and with that child, the first of a process namespace, everything inside.
 */
export const diesWithUs = (argv: readonly string[]): [string, ...string[]] => [
  "setpriv",
  "--pdeathsig",
  "KILL",
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "--",
  ...argv,
];
