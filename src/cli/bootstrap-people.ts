/** What `nixfleet bootstrap` shows people, and what it asks them. */

import type { BootstrapPeople } from "../workflows/bootstrap/request.ts";
import type { Tools } from "../workflows/tools.ts";
import type { BootstrapFlags } from "./commands/bootstrap.ts";
import { askerOnTerminal } from "./confirm.ts";
import type { CliContext } from "./context.ts";
import { printAnswer } from "./fleet-query.ts";
import { outputOptions } from "./output-options.ts";
import { preparationRecord, renderOffers, renderPreparations } from "./render/bootstrap.ts";
import { count } from "./render/layout.ts";
import { outputTo } from "./render/output.ts";
import { styleFor } from "./render/style.ts";

export function bootstrapPeople(flags: BootstrapFlags, context: CliContext, tools: Tools): BootstrapPeople {
  const { draining } = tools.interruption;
  const askKeys = askerOnTerminal(
    false,
    context,
    draining,
    "compare the fingerprint with the host's own, then add --accept-new-host-key SHA256:…",
  );
  const ask = askerOnTerminal(flags.yes === true, context, draining, "look with --check, then add --yes");
  const stderr = outputTo(context.stderr);
  const style = styleFor(context.stderr, context.env, flags.color);
  return {
    confirmKeys: (offers) => {
      // Also takes the progress away.
      tools.audience.note("");
      stderr.write(renderOffers(offers, style));
      return askKeys(`Are these the ${offers.length === 1 ? "host's own key" : "hosts' own keys"}? [y/N] `);
    },
    show: (prepared) => {
      // Also takes the progress away.
      tools.audience.note("");
      const { format, verbosity } = outputOptions(flags, "action", context);
      if (flags.check === true) {
        const answer = {
          record: preparationRecord(prepared),
          text: (view: { style: typeof style; width: number }) => renderPreparations(prepared, view),
        };
        return printAnswer(answer, flags, context);
      }
      const quiet = verbosity < 0 || format === "json" || format === "ndjson";
      if (!quiet) stderr.write(renderPreparations(prepared, { style, width: stderr.width() }));
    },
    confirm: (hosts) => ask(`\nDo this on ${count(hosts, "host")}? [y/N] `),
  };
}
