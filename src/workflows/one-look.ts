/** What the commands that only ask hosts something use of the engine. */
export { addressOf } from "../engine/fleet.ts";
export { type LockState, lockStatus } from "../engine/lock-verbs.ts";
export { observe } from "../engine/observe.ts";
