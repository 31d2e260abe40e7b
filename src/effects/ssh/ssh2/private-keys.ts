/** Opens private keys, asking for each passphrase once. */
import type { ParsedKey } from "ssh2";
import type { IdentityFile } from "../identities.ts";
import type { TransportOptions } from "../options.ts";
import type { Credentials } from "../target.ts";
import { ssh2 } from "./library.ts";

export interface PrivateKeys {
  /** Asks now where nothing but an encrypted key can log in: during the handshake sshd would grow impatient. */
  prepare(credentials: Credentials): Promise<void>;
  /** "locked" when it is encrypted and no right passphrase was given; "unusable" when ssh2 cannot read its kind. */
  open(file: IdentityFile): Promise<ParsedKey | "locked" | "unusable">;
}

const PASSPHRASE_TRIES = 3;

export function createPrivateKeys({ askPassphrase }: Pick<TransportOptions, "askPassphrase">): PrivateKeys {
  const opened = new Map<string, Promise<ParsedKey | "locked" | "unusable">>();
  // Two keys at once would ask two questions at once on one terminal.
  let lastQuestion: Promise<unknown> = Promise.resolve();
  const open: PrivateKeys["open"] = (file) => {
    const opening = opened.get(file.path) ?? openKey(file);
    opened.set(file.path, opening);
    return opening;
  };
  return {
    open,
    async prepare({ files, agentKeys }) {
      const keys = files.filter((file) => file.privateKey !== undefined);
      if (agentKeys.length === 0 && keys[0]?.encrypted === true && keys.every((file) => file.encrypted))
        await open(keys[0]);
    },
  };

  async function openKey(file: IdentityFile): Promise<ParsedKey | "locked" | "unusable"> {
    if (!file.encrypted) return (await parse(file, undefined)) ?? "unusable";
    const unlocked = lastQuestion.then(() => unlock(file));
    lastQuestion = unlocked;
    return unlocked;
  }

  async function unlock(file: IdentityFile): Promise<ParsedKey | "locked"> {
    for (let tries = 0; tries < PASSPHRASE_TRIES; tries++) {
      const passphrase = await askPassphrase?.(file.path);
      if (passphrase === undefined) return "locked";
      const key = await parse(file, passphrase);
      if (key !== undefined) return key;
    }
    return "locked";
  }
}

async function parse({ privateKey }: IdentityFile, passphrase: string | undefined): Promise<ParsedKey | undefined> {
  if (privateKey === undefined) return undefined;
  const { utils } = await ssh2();
  const parsed: ParsedKey | ParsedKey[] | Error = utils.parseKey(privateKey, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error || !key.isPrivateKey() ? undefined : key;
}
