/** Secrets as the hosts of a fleet declare them, with how they are made. */
import { z } from "zod";
import { managedSecretSchema } from "../manifest/secrets.ts";

const generatorSchema = z.object({
  kind: z.enum(["password", "ssh-key", "x509", "wireguard", "command"]),
  length: z.int(),
  commonName: z.string(),
  days: z.int(),
  command: z.array(z.string()).readonly(),
  dependsOn: z.array(z.string()).readonly(),
  rotateAfterDays: z.int().nullable(),
});

export const declaredSecretSchema = managedSecretSchema.extend({ generator: generatorSchema.nullable() });

export type Generator = z.infer<typeof generatorSchema>;
export type DeclaredSecret = z.infer<typeof declaredSecretSchema>;

/** The file that holds the value in the repo; undefined where it comes from a command. */
export const fileOf = ({ source }: Pick<DeclaredSecret, "source">): string | undefined =>
  source.kind === "command" ? undefined : source.file;

/** Where the public part of a generated secret lies. */
export const publicFileOf = (file: string): string => `${file.replace(/\.age$/, "")}.pub`;
