/** `nixfleet keys`: the key that signs what this fleet's hosts accept. */
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { exitCodeOf } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import type { CliContext } from "../context.ts";
import { renderFailure } from "../render/failures.ts";
import { renderMadeKey } from "../render/keys.ts";
import { styleFor } from "../render/style.ts";
import { wireSigningKeys } from "../wire/machine.ts";
import { configureKeyList, configureTrust } from "./keys-fleet.ts";

interface GenerateFlags {
  readonly next?: true;
  readonly name?: string;
  readonly out?: string;
}

export function configure(command: Command, context: CliContext): void {
  command
    .command("generate")
    .description("make the key that signs closures; prints its public half")
    .option("--name <name>", "what hosts know it by (default: the folder's name and -1)")
    .option("--out <file>", "where the secret goes (default: NIXFLEET_SIGNING_KEY, or the configuration folder)")
    .addOption(new Option("--next", "make the key that takes over, beside the present one").conflicts(["name", "out"]))
    .action((flags: GenerateFlags) => generate(flags, context));
  command
    .command("show")
    .description("print the public half, for trusted-public-keys of the hosts")
    .argument("[file]", "file with the secret key (default: as for generate)")
    .action((file: string | undefined) => show(file, context));
  configureKeyList(
    command.command("list").description("the fleet's public keys, and which of them signs here"),
    context,
  );
  configureTrust(
    command.command("trust").description("have restricted hosts believe the fleet's public keys, and no others"),
    context,
  );
}

async function generate(flags: GenerateFlags, context: CliContext): Promise<void> {
  const { generateKey, generateNextKey } = await import("../../workflows/keys.ts");
  const keys = await wireSigningKeys(context);
  const request = {
    fleet: basename(context.cwd),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.out === undefined ? {} : { file: resolve(context.cwd, flags.out) }),
  };
  const made = flags.next === true ? await generateNextKey(keys.defaultFile, keys) : await generateKey(request, keys);
  if (!made.ok) return fail(context, made.error);
  context.stderr.write(renderMadeKey(made.value));
  context.stdout.write(`${made.value.key.publicKey}\n`);
}

async function show(file: string | undefined, context: CliContext): Promise<void> {
  const { showKey } = await import("../../workflows/keys.ts");
  const key = await showKey(
    file === undefined ? undefined : resolve(context.cwd, file),
    await wireSigningKeys(context),
  );
  if (!key.ok) return fail(context, key.error);
  context.stdout.write(`${key.value.publicKey}\n`);
}

function fail(context: CliContext, failure: Failure): void {
  context.stderr.write(renderFailure(failure, styleFor(context.stderr, context.env)));
  context.exit(exitCodeOf(failureCodes[failure.code].kind));
}
