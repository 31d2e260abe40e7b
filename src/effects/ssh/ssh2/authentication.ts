/** The order in which keys are offered to a host: the agent's, then files, encrypted ones last. */
import type { AnyAuthMethod, AuthHandlerMiddleware, BaseAgent, ParsedKey } from "ssh2";
import type { AgentKey } from "../agent.ts";
import type { IdentityFile } from "../identities.ts";
import type { Credentials } from "../target.ts";
import { ssh2 } from "./library.ts";
import type { PrivateKeys } from "./private-keys.ts";

export interface Authentication {
  readonly handler: AuthHandlerMiddleware;
  /** Encrypted keys that nobody could unlock. */
  readonly locked: readonly string[];
  /** How many keys were offered. */
  readonly offered: number;
}

/** ssh2 asks the handler again after each refusal. "none" is left out: it would cost a round trip and never succeed. */
export function authenticateWith(user: string, credentials: Credentials, keys: PrivateKeys): Authentication {
  const locked: string[] = [];
  let offered = 0;
  const attempts = attemptsFor(user, credentials, async (file) => {
    const key = await keys.open(file);
    if (key === "locked") locked.push(file.path);
    return key === "locked" || key === "unusable" ? undefined : key;
  });
  return {
    locked,
    get offered() {
      return offered;
    },
    handler(methodsLeft, _partial, next) {
      // Null on the first call, although the types do not say so.
      const left: readonly string[] | null = methodsLeft;
      const goOn = left === null || left.includes("publickey");
      void attempts.next().then(({ value }) => {
        if (goOn && value !== undefined) offered += 1;
        // `false` means that there is nothing more to try; the types know only methods.
        next(goOn && value !== undefined ? value : (false as unknown as AnyAuthMethod));
      });
    },
  };
}

async function* attemptsFor(
  username: string,
  { files, agentSocket, agentKeys }: Credentials,
  open: (file: IdentityFile) => Promise<ParsedKey | undefined>,
): AsyncGenerator<AnyAuthMethod, undefined> {
  const supported = agentKeys.filter(({ keyType }) => !keyType.startsWith("sk-") && !keyType.includes("-cert-v01@"));
  if (agentSocket !== undefined && supported.length > 0) {
    yield { type: "agent", username, agent: await filteredAgent(agentSocket, supported) };
  }
  const inAgent = (file: IdentityFile): boolean => supported.some(({ blob }) => file.publicKey?.equals(blob) === true);
  const candidates = files.filter((file) => file.privateKey !== undefined && !inAgent(file));
  for (const file of [...candidates.filter((f) => !f.encrypted), ...candidates.filter((f) => f.encrypted)]) {
    const key = await open(file);
    if (key !== undefined) yield { type: "publickey", username, key };
  }
  return undefined;
}

/** ssh2 alone would offer every key of the agent, and sshd counts each against MaxAuthTries. */
async function filteredAgent(socketPath: string, keys: readonly AgentKey[]): Promise<BaseAgent> {
  const { OpenSSHAgent, utils } = await ssh2();
  const parsed = keys.map(({ keyType, blob }) => utils.parseKey(`${keyType} ${blob.toString("base64")}`));
  const usable = parsed.flat().filter((key): key is ParsedKey => !(key instanceof Error));
  const agent = new OpenSSHAgent(socketPath);
  agent.getIdentities = (callback) => callback(undefined, usable);
  return agent;
}
