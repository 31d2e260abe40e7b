/** Which systems this machine's Nix builds for. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";

const TIMEOUT_MS = 30_000;
const OWN_SYSTEMS: Readonly<Record<string, string>> = {
  "linux x64": "x86_64-linux",
  "linux arm64": "aarch64-linux",
  "darwin x64": "x86_64-darwin",
  "darwin arm64": "aarch64-darwin",
};

/** Nix is asked only about systems that are not the machine's own. */
export async function buildsHere(
  nix: (signal: AbortSignal) => Promise<Result<NixInstallation>>,
  system: string,
  signal: AbortSignal,
): Promise<Result<boolean>> {
  if (system === "builtin" || OWN_SYSTEMS[`${process.platform} ${process.arch}`] === system) return ok(true);
  const installation = await nix(signal);
  if (!installation.ok) return installation;
  const settings = await settingsOf(installation.value, signal);
  if (settings === undefined) {
    return err(failure("nix/command-failed", "nix does not tell its settings", { next: "Run `nix config show`." }));
  }
  const own = [settings.system.value, ...settings["extra-platforms"].value];
  return ok(own.includes(system) || (await remoteSystems(settings.builders.value)).includes(system));
}

const settingsSchema = z.object({
  system: z.object({ value: z.string() }),
  "extra-platforms": z.object({ value: z.array(z.string()) }),
  builders: z.object({ value: z.string() }),
});

/** The command had another name up to 2.19. */
async function settingsOf({ run }: NixInstallation, signal: AbortSignal) {
  for (const command of [["config", "show"], ["show-config"]]) {
    const call = await run({ args: [...command, "--json"], signal, timeoutMs: TIMEOUT_MS });
    if (call.ok) return settingsSchema.safeParse(JSON.parse(call.value.stdout)).data;
  }
  return undefined;
}

/** `URI SYSTEMS …` on lines or behind semicolons, or `@FILE` with such lines. Empty for a file that is not there. */
async function remoteSystems(builders: string): Promise<string[]> {
  const file = /^@(\S+)$/.exec(builders.trim())?.[1];
  const text = file === undefined ? builders : await readFile(file, "utf8").catch(() => "");
  const entries = text.split(/[;\n]/).map((line) => line.replace(/#.*/, "").trim().split(/\s+/));
  return entries.flatMap(([, systems = ""]) => systems.split(","));
}
