/** What the deploy account may do on a host. */
import type { ResolvedHost } from "./resolved.ts";

/**
 * Whether the host takes nothing but what its fleet signed (docs/trust.md). Whatever becomes root there has to go through the
 * installed program; commands, programs and closures of the caller's own are refused.
 */
export const isRestricted = ({ access }: Pick<ResolvedHost, "access">): boolean => access === "restricted";
