/** Names of activations on hosts: one run may activate several times on one host, and each is to happen once. */
import type { ActivationId, RunId } from "../ids.ts";

/**
 * The same name for the same activation, whichever process asks for it: the host then follows what it began already.
 *
 * @param attempt how often the run started the host, from 1 on
 * @param way "back" to what the host ran before that attempt
 */
export function activationId(run: RunId, attempt: number, way: "forth" | "back"): ActivationId {
  const name = [run, ...(attempt > 1 ? [String(attempt)] : []), ...(way === "back" ? ["back"] : [])].join(".");
  return name as ActivationId;
}
