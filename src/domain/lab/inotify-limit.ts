/**
 * How many inotify instances root may have: the kernel's usual 128 are used up by a dozen machines, each of which has
 * services that watch files, and then units of the next machine fail.
 */

// A limit that a lab raised lies above this and carries the former one, so that no file has to remember it.
const RAISED = 1_000_000;
const ENOUGH = 8_192;

/** The limit to set before machines start; undefined when the present one will do. */
export const raisedLimit = (present: number): number | undefined => (present >= ENOUGH ? undefined : RAISED + present);

/** The limit to set when the last lab is gone; undefined when no lab had raised it. */
export const formerLimit = (present: number): number | undefined =>
  present > RAISED && present < RAISED + ENOUGH ? present - RAISED : undefined;
