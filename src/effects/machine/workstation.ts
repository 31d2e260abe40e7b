/** Looks for the programs that NixFleet needs on its own machine. */
import { ok } from "../../domain/outcome/result.ts";
import type { Workstation } from "../../ports/workstation.ts";
import { nixInstallation } from "../nix/installation.ts";
import type { NixSettings } from "../nix/settings.ts";
import { runProcess } from "../process/run.ts";

const VERSION_TIMEOUT_MS = 10_000;

export const workstation = (settings: NixSettings): Workstation => ({
  node: process.versions.node,
  async ssh() {
    const outcome = await runProcess({
      file: "ssh",
      args: ["-V"],
      signal: new AbortController().signal,
      timeoutMs: VERSION_TIMEOUT_MS,
    });
    // It says so on standard error.
    return outcome.kind === "exited" && outcome.code === 0 ? outcome.stderr.trim() : undefined;
  },
  async nix(signal) {
    const found = await nixInstallation(settings, signal);
    return found.ok ? ok({ version: found.value.version.text, path: found.value.path }) : found;
  },
});
