/** Which closure a host runs. */
import type { StorePath } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";

/**
 * The live closure; null before the first apply and after a removal. The link that names it lies in /run and goes with a
 * reboot, after which the committed closure is the one that runs.
 */
export const liveSystem = (facts: HostFacts): StorePath | null => facts.live ?? facts.committed;
