/** What a lab is meant to be. Written before anything is made, so that what was begun can always be found again. */
import { z } from "zod";
import { suites, USUAL_SUITE } from "./image-recipe.ts";
import type { LabId } from "./naming.ts";

export const shapes = ["ubuntu", "debian", "nixos"] as const;
export const sudoModes = ["nopasswd", "password"] as const;

const machineSchema = z.strictObject({
  /** Host name, also in the inventory. */
  name: z.string(),
  /** Counts from 1; decides address and cable. */
  number: z.int().min(1),
  address: z.string(),
  shape: z.enum(shapes),
  sudo: z.enum(sudoModes),
  /** Stays the same over resets, as a disk's would. */
  machineId: z.string().regex(/^[0-9a-f]{32}$/),
  /** As the distribution ships it: no Nix, no account to deploy with, only root's login. */
  bare: z.exactOptional(z.literal(true)),
  /** The Debian release below its shape. */
  suite: z.enum(suites).default(USUAL_SUITE),
});

export const labStateSchema = z.strictObject({
  schema: z.literal("nixfleet.lab/1"),
  id: z.string().transform((id) => id as LabId),
  prefix: z.string(),
  subnet: z.string(),
  /** Folder of the cache that the lab's image lies in. */
  cache: z.string(),
  machines: z.array(machineSchema).readonly(),
  /** The machines have the lab's package archive as their only source. */
  archive: z.exactOptional(z.literal(true)),
});

export type LabState = z.infer<typeof labStateSchema>;
export type LabMachine = z.infer<typeof machineSchema>;
export type Shape = LabMachine["shape"];
export type SudoMode = LabMachine["sudo"];
