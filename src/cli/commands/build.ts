/** `nixfleet build`: evaluate and build hosts' closures, and say where they are. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { isStoreUrl } from "../../domain/nix/store-url.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { buildFleet } from "../../workflows/build.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderBuilt } from "../render/built.ts";

type BuildFlags = FleetFlags & { readonly outLink?: string; readonly push?: string | true };

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said")
    .option("--out-link <dir>", "links DIR/HOST to the closures, which keep them from garbage collection")
    .option(
      "--push [store]",
      "sign the closures and copy them to a Nix store URL; the inventory's fleet.cache by default",
      storeUrl,
    );
  addFleetOptions(command, { evaluates: true, builds: true });
  command.action((patterns: readonly string[], flags: BuildFlags) =>
    runFleetQuery(
      {
        flags,
        patterns,
        ask: async ({ inventory }, selection, tools) => {
          const hosts = selection.hosts.map(({ host }) => host);
          const folder = flags.outLink === undefined ? {} : { linkFolder: resolve(context.cwd, flags.outLink) };
          const store = storeToPushTo(flags, inventory.fleet.cache);
          if (!store.ok) return err([store.error]);
          const push = store.value === undefined ? {} : { push: store.value };
          const built = await buildFleet({ inventory, hosts, ...folder, ...push }, tools);
          if (!built.ok) return built;
          const { hosts: answers, pushed } = built.value;
          return ok({
            exit: answersExitCode(answers),
            record: {
              ...answersRecord("nixfleet.build/1", answers, (host) => host),
              ...(pushed === undefined ? {} : { pushed }),
            },
            text: ({ style }) => renderBuilt(built.value, style),
            failures: answersFailures(answers),
          });
        },
      },
      context,
    ),
  );
}

function storeToPushTo({ push }: BuildFlags, cache: string | undefined): Result<string | undefined> {
  const url = push === true ? cache : push;
  if (push === undefined || url !== undefined) return ok(url);
  return err(
    failure("inventory/missing-key", "--push names no store, and fleet.cache is missing", {
      next: "say which: --push URL, or fleet.cache in the inventory",
    }),
  );
}

function storeUrl(text: string): string {
  if (isStoreUrl(text)) return text;
  throw new InvalidArgumentError("expected a Nix store URL such as s3://bucket, ssh-ng://host or file:///folder.");
}
