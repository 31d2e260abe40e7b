/** `nixfleet secrets hosts`: notes the hosts' own ssh keys as recipients, read over connections whose host key was verified. */
import { parseDocument } from "yaml";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { type ExitCode, exitCodes } from "../../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { parseRecipients, RECIPIENTS_FILE } from "../../domain/secrets/recipients.ts";
import { runCommand } from "../../engine/host-program/run-command.ts";
import type { HostSession } from "../../engine/session.ts";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import { inFrame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";

const KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub";
const READ_TIMEOUT_MS = 30_000;

/** Hosts that cannot be asked are told, and the others noted all the same. */
export async function noteHostKeys(
  hosts: readonly ResolvedHost[],
  tools: Tools,
): Promise<Result<ExitCode, readonly Failure[]>> {
  return inFrame("secrets hosts", tools, false, async ({ fleet }) => {
    const signal = tools.interruption.draining;
    const asked = await Promise.all(
      hosts.map(async (host) => {
        const session = await fleet.session(host, signal);
        const key = session.ok ? await hostKey(session.value, host, signal) : session;
        return { name: host.name, key };
      }),
    );
    const failures = asked.flatMap(({ key }) => (key.ok ? [] : [key.error]));
    const keys = new Map(asked.flatMap(({ name, key }) => (key.ok ? [[name, key.value] as const] : [])));
    const written = await writeKeys(keys, tools.secretFiles);
    if (!written.ok) return err([written.error, ...failures]);
    tools.audience.note(`${RECIPIENTS_FILE}: ${written.value}`);
    return failures.length > 0 ? err(failures) : ok(exitCodes.ok);
  });
}

async function hostKey(session: HostSession, host: ResolvedHost, signal: AbortSignal): Promise<Result<string>> {
  let text = "";
  const code = await runCommand(session.connection, `cat ${KEY_FILE}`, {
    elevation: { kind: "none" },
    timeoutMs: READ_TIMEOUT_MS,
    signal,
    onStdout: (chunk) => {
      text += Buffer.from(chunk).toString("latin1");
    },
    onStderr: () => {},
  });
  if (!code.ok) return err({ ...code.error, host: host.name });
  const key = /^ssh-ed25519 [A-Za-z0-9+/=]+/.exec(text)?.[0];
  if (key === undefined) return err(withoutKey(host));
  const pinned = (host.hostKeys ?? []).filter((known) => known.startsWith("ssh-ed25519 "));
  const matches = pinned.length === 0 || pinned.some((known) => known === key || known.startsWith(`${key} `));
  return matches ? ok(key) : err(otherKey(host));
}

/** In place, so that comments and order stay. */
async function writeKeys(keys: ReadonlyMap<string, string>, secrets: ProjectSecrets): Promise<Result<string>> {
  const before = await secrets.read(RECIPIENTS_FILE);
  const text = before === undefined ? "people: {}\n" : new TextDecoder().decode(before);
  const parsed = parseRecipients(text);
  if (!parsed.ok) return parsed;
  const document = parseDocument(text);
  const changed = [...keys].filter(([name, key]) => !(parsed.value.hosts[name] ?? []).includes(key));
  for (const [name, key] of changed) document.setIn(["hosts", name], key);
  if (changed.length === 0) return ok("every host's key is noted already");
  await secrets.write(RECIPIENTS_FILE, document.toString({ lineWidth: 0 }));
  return ok(`noted ${changed.map(([name]) => name).join(", ")}; next: nixfleet secrets rekey`);
}

const withoutKey = (host: ResolvedHost): Failure =>
  failure("secrets/recipients", "the host has no ed25519 host key", { host: host.name, expected: KEY_FILE });

const otherKey = (host: ResolvedHost): Failure =>
  failure("secrets/recipients", "the host's key is not the one that the inventory pins", {
    host: host.name,
    expected: "a key of hostKeys in the inventory",
    next: "find out who changed it; then correct hostKeys",
  });
