/** Runs `nix` and reads its log as it comes. */
import { join } from "node:path";
import { addLogLine, emptyNixLog, type NixLog, type NixProgress } from "../../domain/nix/log.ts";
import { type NixLogLine, parseLogLine } from "../../domain/nix/log-line.ts";
import { type NixTrouble, troubleOf } from "../../domain/nix/trouble.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Environment } from "../lab/cache-folder.ts";
import { runProcess } from "../process/run.ts";
import { writeJsonFile } from "./json-file.ts";

interface NixCall {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Nothing of this machine's nix.conf reaches the daemon of a host: a client's settings would replace the host's own. */
  readonly plain?: boolean;
  /** Limit for a silence; none when left out. */
  readonly idleTimeoutMs?: number;
  readonly onProgress?: (progress: NixProgress) => void;
  /** Each line of the answer as it comes. */
  readonly onStdoutLine?: (line: string) => void;
}

interface NixAnswer {
  readonly stdout: string;
  /** The same as it came, for what is no text. */
  readonly bytes: Uint8Array;
  readonly log: NixLog;
}

/** A `nix` that is ready to be called. */
export type RunNix = (call: NixCall) => Promise<Result<NixAnswer, NixTrouble>>;

// Features that old versions have behind a switch. Registries would make results depend on the machine, and some
// commands download the global one before anything else.
const common = (emptyRegistry: string): readonly string[] => [
  ...["--extra-experimental-features", "nix-command flakes"],
  ...["--option", "use-registries", "false", "--option", "flake-registry", emptyRegistry],
  ...["--log-format", "internal-json"],
];

/**
 * @param nix path of the program: Nix, or another that takes its options
 * @param cacheDir for an empty flake registry
 */
export function nixRunner(nix: string, cacheDir: string, env: Environment): RunNix {
  const emptyRegistry = join(cacheDir, "empty-registry.json");
  let written: Promise<void> | undefined;
  return async (call) => {
    written ??= writeJsonFile(emptyRegistry, { flakes: [], version: 2 });
    await written;
    const log = emptyNixLog();
    const outcome = await runProcess({
      file: nix,
      args: [...common(emptyRegistry), ...call.args],
      // Standard input is empty, so no question about a flake's nixConfig can wait for an answer.
      env: { ...env, LC_ALL: "C.UTF-8", NO_COLOR: "1", ...(call.plain === true ? withoutSettings(cacheDir) : {}) },
      signal: call.signal,
      timeoutMs: call.timeoutMs,
      ...(call.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: call.idleTimeoutMs }),
      ...(call.onStdoutLine === undefined ? {} : { onStdoutLine: call.onStdoutLine }),
      onStderrLine: (text) => {
        const line = parseLogLine(text);
        const progress = line === undefined || isNoise(line) ? undefined : addLogLine(log, line);
        if (progress !== undefined) call.onProgress?.(progress);
      },
    });
    if (outcome.kind === "exited" && outcome.code === 0)
      return ok({ stdout: outcome.stdout, bytes: outcome.stdoutBytes, log });
    return err(troubleOf(outcome, log));
  };
}

/** A folder that is never made: Nix takes one that is not there for an empty configuration. */
const withoutSettings = (cacheDir: string) => ({
  NIX_CONF_DIR: join(cacheDir, "no-settings"),
  NIX_USER_CONF_FILES: "",
  NIX_CONFIG: "",
});

/** What a daemon says to every user whom it does not trust, and a local Nix to every call without settings. */
const isNoise = (line: NixLogLine): boolean =>
  line.action === "msg" && /is a restricted setting|'build-users-group' does not exist/.test(line.msg);
