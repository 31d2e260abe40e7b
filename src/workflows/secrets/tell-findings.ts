/** What `secrets check` would say of the secrets of a plan, told as warnings; opens nothing that the plan did not open. */
import type { ManagedSecret } from "../../domain/manifest/secrets.ts";
import { diagnosed } from "../../domain/outcome/event-bodies.ts";
import type { Recorder } from "../../engine/recorder.ts";
import type { Tools } from "../tools.ts";
import { standInClear, wronglyShared } from "./check.ts";

export async function tellSecretFindings(
  declared: readonly ManagedSecret[],
  { secrets, secretFiles }: Pick<Tools, "secrets" | "secretFiles">,
  recorder: Recorder,
): Promise<void> {
  const files = new Set(declared.flatMap(({ source }) => (source.kind === "age" ? [source.file] : [])));
  if (files.size === 0) return;
  const shared = await wronglyShared([...files].sort(), secretFiles);
  const clear = await standInClear(await secrets.opened(), secretFiles);
  for (const finding of [...shared, ...clear]) await recorder.record(diagnosed(finding, "warn"));
}
