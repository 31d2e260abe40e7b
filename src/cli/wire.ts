/** Where effects meet ports: the only file that imports effects. Each factory loads only what its command needs. */
import type { Lab } from "../ports/lab.ts";
import type { CliContext } from "./context.ts";

type Place = Pick<CliContext, "cwd" | "env">;

export interface LabFolders {
  /** State folder as typed. */
  readonly state?: string;
  /** Cache folder as typed. */
  readonly cache?: string;
}

export async function wireLab({ cwd, env }: Place, folders: LabFolders): Promise<Lab> {
  const { createLab } = await import("../effects/lab/lab.ts");
  return createLab({ cwd, env, folders });
}
