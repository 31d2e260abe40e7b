/** Where a closure was built, in words. */
import type { HostBuild } from "../../domain/plan/build-schema.ts";
import { printable } from "./printable.ts";

/** "built on builder-1 and sent through this machine". */
export function buildWords({ where, on = "", signedBy = [] }: HostBuild): string {
  switch (where) {
    case "here":
      return "built here";
    case "builder":
      return `built on ${printable(on)}`;
    case "cache":
      return `built before, in ${printable(on)}`;
    default:
      return signedBy.length === 0
        ? "built on the host itself: nobody signed it, the host trusts what it built"
        : `built on the host itself, signed by ${printable(signedBy.join(", "))}`;
  }
}
