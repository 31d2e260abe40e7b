/** `nixfleet bootstrap`: prepare fresh hosts over SSH. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { createNewHostKeys, isFingerprint } from "../../domain/known-hosts/new-host-keys.ts";
import { err } from "../../domain/outcome/result.ts";
import { bootstrapHosts } from "../../workflows/bootstrap/bootstrap.ts";
import { wishesFor } from "../../workflows/bootstrap/wishes.ts";
import { bootstrapPeople } from "../bootstrap-people.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, typedParallel } from "../fleet-options.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import { wireBootstrapProgram, wireLoginKeys, wireSigningKeys } from "../wire/machine.ts";

export interface BootstrapFlags extends FleetFlags {
  readonly user: string;
  readonly deployUser?: string;
  readonly publicKey?: readonly string[];
  readonly sudo: "nopasswd" | "password";
  readonly restricted?: true;
  readonly acceptNewHostKey?: readonly string[];
  readonly yes?: true;
  readonly check?: true;
}

/** Installing packages is work for the hosts, not for us; their archive is what many would burden. */
const DEFAULT_PARALLEL = 10;
const DEFAULT_USER = "root";

export function configure(command: Command, context: CliContext): void {
  const several = (word: string, before: readonly string[] | undefined) => [...(before ?? []), word];
  command
    .argument("[host...]", "hosts of the inventory, as with --limit")
    .option("--user <name>", "who logs in now, such as root or ubuntu", DEFAULT_USER)
    .option(
      "--deploy-user <name>",
      "the account to deploy with from then on (default: the inventory's user, or deploy)",
    )
    .addOption(
      new Option("--public-key <file>", "who may log in with it (repeatable; default: your own keys)").argParser(
        several,
      ),
    )
    .addOption(
      new Option("--sudo <how>", "whether sudo asks that account for a password")
        .choices(["nopasswd", "password"])
        .default("nopasswd"),
    )
    .option(
      "--restricted",
      "only hosts with access: restricted, whose account may do nothing but what the fleet signed",
    )
    .addOption(
      new Option(
        "--accept-new-host-key <fingerprint>",
        "believe an unknown host that shows this key (repeatable)",
      ).argParser((word: string, before: readonly string[] | undefined) => several(fingerprintArgument(word), before)),
    )
    .option("-y, --yes", "do not ask before the steps are done; unknown host keys are asked about all the same")
    .option("--check", "only show what is there and what is missing");
  addFleetOptions(command, { parallel: true });
  command.action((patterns: readonly string[], flags: BootstrapFlags) => bootstrap(patterns, flags, context));
}

function bootstrap(patterns: readonly string[], flags: BootstrapFlags, context: CliContext): Promise<void> {
  const newHostKeys = createNewHostKeys(flags.acceptNewHostKey ?? []);
  return runFleetVerb(
    {
      purpose: flags.check === true ? "query" : "action",
      flags,
      patterns,
      newHostKeys,
      again: { flags: ownFlags(flags) },
      work: async ({ inventory }, selection, tools) => {
        const unselected = needsSelection(selection, "bootstrap");
        if (unselected !== undefined) return err([unselected]);
        const hosts = selection.hosts.map(({ host }) => host);
        const signingKeyFile = context.env.NIXFLEET_SIGNING_KEY || inventory.fleet.signingKey;
        const wishes = await wishesFor(
          hosts,
          inventory,
          {
            sudo: flags.sudo,
            restricted: flags.restricted === true,
            publicKeyFiles: (flags.publicKey ?? []).map((file) => resolve(context.cwd, file)),
            ...(flags.deployUser === undefined ? {} : { deployUser: flags.deployUser }),
            ...(signingKeyFile === undefined ? {} : { signingKeyFile }),
          },
          { signing: await wireSigningKeys(context), login: await wireLoginKeys(context) },
        );
        if (!wishes.ok) return err([wishes.error]);
        return bootstrapHosts(
          {
            hosts,
            loginUser: flags.user,
            maxParallel: typedParallel(flags).maxParallel ?? DEFAULT_PARALLEL,
            wishes: wishes.value,
            check: flags.check === true,
            newHostKeys,
            program: await wireBootstrapProgram(),
            people: bootstrapPeople(flags, context, tools),
          },
          tools,
        );
      },
    },
    context,
  );
}

const ownFlags = ({ user, deployUser, sudo, restricted, publicKey = [] }: BootstrapFlags): string[] => [
  ...(restricted === true ? ["--restricted"] : []),
  ...(user === DEFAULT_USER ? [] : ["--user", user]),
  ...(deployUser === undefined ? [] : ["--deploy-user", deployUser]),
  ...(sudo === "nopasswd" ? [] : ["--sudo", sudo]),
  ...publicKey.flatMap((file) => ["--public-key", file]),
];

function fingerprintArgument(text: string): string {
  if (isFingerprint(text)) return text;
  throw new InvalidArgumentError("expected SHA256: and 43 characters, as ssh-keygen -lf prints it.");
}
