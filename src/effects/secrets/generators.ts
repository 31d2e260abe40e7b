/** Makes secrets: passwords, keys and certificates. Private parts exist in memory only. */
import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Generator } from "../../domain/secrets/declared.ts";
import type { GeneratedSecret, GeneratorRequest } from "../../ports/project-secrets.ts";
import { inMemoryFolder } from "./memory-folder.ts";
import { sshKeyPair } from "./ssh-key-pair.ts";
import { runTool } from "./tool.ts";
import { x25519Public } from "./x25519.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Fails with `secrets/generator`, `secrets/tool-missing` or `secrets/source-failed`. */
export async function generateSecret(
  generator: Generator,
  request: GeneratorRequest,
  place: { readonly root: string; readonly env: Environment },
): Promise<Result<GeneratedSecret>> {
  switch (generator.kind) {
    case "password":
      return ok({ value: Buffer.from(password(generator.length)) });
    case "wireguard":
      return ok(wireguardKey());
    case "ssh-key":
      return ok(sshKeyPair(generateKeyPairSync("ed25519"), request.name));
    case "x509":
      return certificate(generator, request, place.env);
    case "command":
      return byCommand(generator, request, place);
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const password = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");

function wireguardKey(): GeneratedSecret {
  const scalar = randomBytes(32);
  // As `wg genkey` clamps it.
  scalar[0] = (scalar[0] ?? 0) & 248;
  scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
  return { value: Buffer.from(scalar.toString("base64")), publicPart: x25519Public(scalar).toString("base64") };
}

function certificate(
  { commonName, days }: Generator,
  { name, signal }: GeneratorRequest,
  env: Environment,
): Promise<Result<GeneratedSecret>> {
  return inMemoryFolder(env, async (folder) => {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = commonName.replace(/[\\/]/g, "\\$&");
    const made = await runTool({
      file: "openssl",
      args: [
        ...[
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          String(days),
        ],
        ...[
          "-subj",
          `/CN=${subject}`,
          "-addext",
          `subjectAltName=DNS:${commonName}`,
          "-keyout",
          key,
          "-out",
          certificate,
        ],
      ],
      signal,
      needed: `the generator of ${name} makes its certificate with it`,
    });
    if (!made.ok) return made;
    return ok({ value: await readFile(key), publicPart: await readFile(certificate, "utf8") });
  });
}

function byCommand(
  { command }: Generator,
  { name, needs, signal }: GeneratorRequest,
  { root, env }: { readonly root: string; readonly env: Environment },
): Promise<Result<GeneratedSecret>> {
  return inMemoryFolder(env, async (folder) => {
    const given = join(folder, "needs");
    const publicFile = join(folder, "public");
    await mkdir(given, { mode: 0o700 });
    for (const [needed, value] of needs) await writeFile(join(given, needed), value, { mode: 0o600 });
    const [file = "", ...args] = command;
    const printed = await runTool({
      file,
      args,
      cwd: root,
      env: { ...env, NIXFLEET_SECRETS: given, NIXFLEET_PUBLIC: publicFile },
      signal,
      needed: `it is the generator of ${name}`,
    });
    if (!printed.ok) return printed;
    if (printed.value.length === 0) {
      return err(
        failure("secrets/generator", `the generator of ${name} printed nothing`, { found: command.join(" ") }),
      );
    }
    const publicPart = await readFile(publicFile, "utf8").catch(() => undefined);
    return ok({ value: printed.value, ...(publicPart === undefined ? {} : { publicPart }) });
  });
}
