/** What the evaluation of hosts answers, as checked values. */
import { z } from "zod";
import { type HostName, parseHostName, parseStorePath, type StorePath } from "../ids.ts";

export interface HostAnswer {
  readonly host: HostName;
  readonly drvPath: string;
  readonly outPath: StorePath;
  /** Where the closure has no place for its manifest: the derivation that has it, and links to the closure. */
  readonly description?: { readonly drvPath: string; readonly outPath: StorePath };
  /** Nix system that has to build it. */
  readonly system: string;
  /** Texts to show once per host. */
  readonly warnings: readonly string[];
}

const derivation = {
  drvPath: z.string().regex(/^\/nix\/store\/[0-9a-z]{32}-[^/\s]+\.drv$/),
  out: z.string(),
};

const answeredHost = z.object({
  ...derivation,
  manifest: z.object(derivation).optional(),
  system: z.string(),
  warnings: z.array(z.string()).default([]),
});

const answerSchema = z.record(
  z.string(),
  z.discriminatedUnion("success", [
    z.object({ success: z.literal(true), value: answeredHost }),
    z.object({ success: z.literal(false) }),
  ]),
);

export interface Answer {
  readonly hosts: readonly HostAnswer[];
  /** Hosts whose evaluation threw; the message has to be asked for. */
  readonly threw: readonly HostName[];
}

/** Reads the JSON that the projections of expression.ts lead to; a text says what is wrong with it. */
export function parseAnswer(json: string): Answer | string {
  const parsed = answerSchema.safeParse(parseJson(json));
  if (!parsed.success) return z.prettifyError(parsed.error);
  const hosts: HostAnswer[] = [];
  const threw: HostName[] = [];
  for (const [name, answer] of Object.entries(parsed.data)) {
    const host = parseHostName(name);
    if (host === undefined) return `not a host name: ${name}`;
    if (!answer.success) {
      threw.push(host);
      continue;
    }
    const { out, manifest, ...rest } = answer.value;
    const outPath = parseStorePath(out);
    if (outPath === undefined) return `not a store path: ${out}`;
    const described = manifest === undefined ? undefined : parseStorePath(manifest.out);
    if (manifest !== undefined && described === undefined) return `not a store path: ${manifest.out}`;
    const description =
      manifest === undefined || described === undefined
        ? {}
        : { description: { drvPath: manifest.drvPath, outPath: described } };
    hosts.push({ host, outPath, ...rest, ...description });
  }
  return { hosts, threw };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
