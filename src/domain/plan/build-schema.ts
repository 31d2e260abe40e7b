/** The parts of a plan that say where a closure comes from. */
import { z } from "zod";

export const hostBuildSchema = z.object({
  /** "here" on the machine of the CLI, "target" on the host itself, "builder" on another host; "cache" for built before. */
  where: z.enum(["here", "target", "builder", "cache"]),
  /** The builder's name, or the cache's URL. */
  on: z.string().optional(),
  /** Of a closure built on the host itself: names of the keys that signed it. Empty: nobody did, and the host trusts itself. */
  signedBy: z.array(z.string()).readonly().optional(),
  /** Places that come before in the host's order and could not be used. */
  passedOver: z.array(z.object({ place: z.string(), because: z.string() })).readonly(),
});

/** Where a copy finds the closure; in the store of the CLI's machine when left out. */
export const closureSourceSchema = z.discriminatedUnion("kind", [
  /** In the store of a host, the target's own included; derivations build it there when it is gone. */
  z.object({ kind: z.literal("host"), name: z.string(), derivations: z.array(z.string()).readonly() }),
  /** In the inventory's `fleet.cache`. */
  z.object({ kind: z.literal("cache") }),
]);

export type HostBuild = z.infer<typeof hostBuildSchema>;
export type ClosureSource = z.infer<typeof closureSourceSchema>;
