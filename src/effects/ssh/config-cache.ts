/** Asks `ssh -G` once for each endpoint. */
import type { Result } from "../../domain/outcome/result.ts";
import type { SshConfig } from "../../domain/ssh-config/parse.ts";
import type { TransportOptions } from "./options.ts";
import { askSsh, type SshQuestion } from "./ssh-g.ts";

export interface ConfigCache {
  ask(question: Omit<SshQuestion, "sshConfig">, signal: AbortSignal): Promise<Result<SshConfig>>;
}

export function createConfigCache({ sshConfig }: TransportOptions): ConfigCache {
  const answers = new Map<string, Promise<Result<SshConfig>>>();
  return {
    ask(question, signal) {
      const key = JSON.stringify([question.alias, question.sshArguments]);
      const asked =
        answers.get(key) ?? askSsh({ ...question, ...(sshConfig === undefined ? {} : { sshConfig }) }, signal);
      answers.set(key, asked);
      return asked;
    },
  };
}
