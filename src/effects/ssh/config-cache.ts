/** Asks `ssh -G` as rarely as possible: once for all hosts that must resolve alike, and not again while nothing changed. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { answerFor, signatureOf } from "../../domain/ssh-config/outline.ts";
import { parseSshConfig, type SshConfig } from "../../domain/ssh-config/parse.ts";
import { type ConfigFiles, readConfigFiles } from "./config-files.ts";
import type { TransportOptions } from "./options.ts";
import { askSsh, type SshQuestion } from "./ssh-g.ts";

export interface ConfigCache {
  /** Fails with `transport/ssh-config` or `transport/ssh-missing`. */
  ask(question: Omit<SshQuestion, "sshConfig">, signal: AbortSignal): Promise<Result<SshConfig>>;
}

interface Answer {
  readonly alias: string;
  /** What `ssh -G` printed. */
  readonly text: string;
}

type Question = Omit<SshQuestion, "sshConfig">;

export function createConfigCache(options: TransportOptions): ConfigCache {
  const { sshConfig, cacheFolder } = options;
  const answers = new Map<string, Promise<Result<Answer>>>();
  let files: Promise<ConfigFiles | undefined> | undefined;

  return {
    async ask(question, signal) {
      files ??= readConfigFiles(options);
      const known = await files;
      const signature = known === undefined ? undefined : signatureOf(known.outlines, question.alias);
      if (known === undefined || signature === undefined) return parsed(await freshly(question, signal));
      const shared = await oneAnswer([known.stamp, signature, ...question.sshArguments], question, signal);
      if (!shared.ok) return shared;
      const text = answerFor(shared.value.text, shared.value.alias, question.alias);
      return parsed(text === undefined ? await freshly(question, signal) : ok({ ...shared.value, text }));
    },
  };

  function oneAnswer(key: readonly string[], question: Question, signal: AbortSignal): Promise<Result<Answer>> {
    const name = createHash("sha256").update(JSON.stringify(key)).digest("hex");
    const asked = answers.get(name) ?? rememberedOr(name, question, signal);
    answers.set(name, asked);
    return asked;
  }

  async function rememberedOr(name: string, question: Question, signal: AbortSignal): Promise<Result<Answer>> {
    const path = cacheFolder === undefined ? undefined : join(cacheFolder, name);
    const remembered = path === undefined ? undefined : await readAnswer(path);
    if (remembered !== undefined) return ok(remembered);
    const answer = await freshly(question, signal);
    if (!answer.ok) answers.delete(name);
    else if (path !== undefined && cacheFolder !== undefined) await remember(cacheFolder, path, answer.value);
    return answer;
  }

  async function freshly({ alias, sshArguments }: Question, signal: AbortSignal): Promise<Result<Answer>> {
    const asked = { alias, sshArguments, ...(sshConfig === undefined ? {} : { sshConfig }) };
    const text = await askSsh(asked, signal);
    return text.ok ? ok({ alias, text: text.value }) : text;
  }
}

function parsed(answer: Result<Answer>): Result<SshConfig> {
  if (!answer.ok) return answer;
  const config = parseSshConfig(answer.value.text);
  if (config !== undefined) return ok(config);
  return err(failure("transport/ssh-config", `ssh -G gives no host name, user and port for ${answer.value.alias}`));
}

/** The first line is the name that was asked for, the rest the answer; anything else counts as nothing. */
async function readAnswer(path: string): Promise<Answer | undefined> {
  const content = await readFile(path, "utf8").catch(() => undefined);
  const lineEnd = content?.indexOf("\n") ?? -1;
  if (content === undefined || lineEnd <= 0) return undefined;
  const text = content.slice(lineEnd + 1);
  return parseSshConfig(text) === undefined ? undefined : { alias: content.slice(0, lineEnd), text };
}

/** A cache that cannot be written is no trouble: the next run asks again. */
async function remember(folder: string, path: string, { alias, text }: Answer): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${alias}\n${text}`, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    return;
  }
}
