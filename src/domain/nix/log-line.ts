/** One line of `--log-format internal-json`, as a checked value. */
import { z } from "zod";

const PREFIX = "@nix ";

const position = { file: z.string().nullish(), line: z.number().nullish(), column: z.number().nullish() };
const traceEntry = z.object({ ...position, raw_msg: z.string().optional() });

const lineSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("start"),
    id: z.string(),
    type: z.number(),
    text: z.string().catch(""),
    fields: z.array(z.union([z.string(), z.number()])).catch([]),
  }),
  z.object({ action: z.literal("stop"), id: z.string() }),
  z.object({
    action: z.literal("result"),
    id: z.string(),
    type: z.number(),
    fields: z.array(z.union([z.string(), z.number()])).catch([]),
  }),
  z.object({
    action: z.literal("msg"),
    level: z.number(),
    msg: z.string(),
    raw_msg: z.string().optional(),
    ...position,
    trace: z.array(traceEntry).optional(),
  }),
]);

export type NixLogLine = z.infer<typeof lineSchema>;
export type NixLogMessage = Extract<NixLogLine, { action: "msg" }>;
export type NixTraceEntry = z.infer<typeof traceEntry>;

/** Numbers of activity types; Nix adds new ones, which are ignored. */
export const activityType = { copyPath: 100, fileTransfer: 101, copyPaths: 103, builds: 104, build: 105 } as const;
/** Numbers of result types. */
export const resultType = { buildLogLine: 101, progress: 105, setExpected: 106 } as const;

/** Undefined for text that is not such a line, and for kinds that this version does not know. */
export function parseLogLine(line: string): NixLogLine | undefined {
  if (!line.startsWith(PREFIX)) return undefined;
  try {
    return lineSchema.safeParse(JSON.parse(exactIds(line.slice(PREFIX.length)))).data;
  } catch {
    return undefined;
  }
}

// Ids start at the process id shifted by 32 bits: beyond what a JavaScript number holds exactly. A quote inside a JSON
// string is escaped, so only keys match.
const exactIds = (json: string): string => json.replace(/"id":(\d+)/, '"id":"$1"');
