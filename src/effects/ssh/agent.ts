/** Asks an SSH agent which keys it holds, those that ssh2 does not know included (draft-miller-ssh-agent). */
import { connect } from "node:net";
import { keyTypeOf } from "../../domain/known-hosts/parse.ts";

export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
  readonly keyType: string;
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const ANSWER_MS = 5_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The agent's keys in its order; none when there is no agent behind the socket. */
export async function listAgentKeys(socketPath: string): Promise<readonly AgentKey[]> {
  const answer = await ask(socketPath, Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES]));
  return answer?.[0] === IDENTITIES_ANSWER ? keysIn(answer.subarray(1)) : [];
}

function ask(socketPath: string, request: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let received = Buffer.alloc(0);
    const done = (answer: Buffer | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_MS, () => done(undefined));
    socket.on("error", () => done(undefined));
    socket.on("close", () => done(undefined));
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length > MAX_ANSWER_BYTES) return done(undefined);
      if (received.length >= 4 + length) done(received.subarray(4, 4 + length));
    });
  });
}

function keysIn(bytes: Buffer): readonly AgentKey[] {
  let at = 4;
  const field = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    const value = end > bytes.length ? undefined : bytes.subarray(at + 4, end);
    at = end;
    return value;
  };
  const keys: AgentKey[] = [];
  for (;;) {
    const [blob, comment] = [field(), field()];
    if (blob === undefined || comment === undefined) return keys;
    const keyType = keyTypeOf(blob);
    if (keyType !== undefined) keys.push({ blob, comment: comment.toString("utf8"), keyType });
  }
}
