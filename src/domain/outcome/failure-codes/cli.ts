/** Failure codes of the area "cli". */
import type { FailureEntry } from "./types.ts";

export const cliCodes = {
  "cli/needs-confirmation": {
    kind: "usage",
    meaning: "A change of hosts has to be confirmed, and there is no terminal to ask on.",
    remedy: "Add --yes, or apply a plan that was saved and reviewed.",
  },
  "cli/no-selection": {
    kind: "usage",
    meaning: "A command that acts on hosts was not told which ones.",
    remedy: "Name them with --host, --group, --tag, --role or --limit; --group all means every host.",
  },
  "cli/one-host": {
    kind: "usage",
    meaning: "The command works with one host, and the pattern selects none or several.",
    remedy: "Name one host; `nixfleet hosts PATTERN` shows what a pattern selects.",
  },
  "cli/file": {
    kind: "usage",
    meaning: "A file that was named on the command line cannot be read or written.",
    remedy: "Check its path and permissions.",
  },
  "cli/unknown-task": {
    kind: "usage",
    meaning: "The inventory has no task of that name.",
    remedy: "Tasks stand under `tasks:` in the inventory; everything that does not start with task: is a command.",
  },
  "cli/settled": {
    kind: "usage",
    meaning: "An option was given that can only shape a plan, together with a plan that was made and saved before.",
    remedy: "Leave it out, or make a new plan with it.",
  },
  "cli/restricted-hosts": {
    kind: "usage",
    meaning: "A command was to run on hosts that take only what their fleet signed. Nothing was sent to any host.",
    remedy: "Make it a task of the inventory and apply that, or leave the restricted hosts out with --exclude.",
  },
  "cli/interrupted": {
    kind: "halted",
    meaning: "The operator stopped the run before this host was started.",
    remedy: "Run the same command again; hosts that are done are left alone.",
  },
  "cli/journal": {
    kind: "failed",
    meaning: "The record of the run could not be written on this machine.",
    remedy:
      "Free space under `$XDG_STATE_HOME/nixfleet` (by default `~/.local/state/nixfleet`), and check who owns it.",
  },
  "cli/journal-damaged": {
    kind: "failed",
    meaning: "A part of a run's record cannot be read: a line is cut or is no event of a known form.",
    remedy: "The rest is shown. A cut last line is what a killed process or a full disk leaves behind.",
  },
  "cli/unknown-run": {
    kind: "usage",
    meaning: "No run of that id is recorded on this machine.",
    remedy: "`nixfleet runs list` shows the runs; records stay on the machine that ran the command.",
  },
  "cli/run-alive": {
    kind: "locked",
    meaning: "Another process carries the run out, or it runs on another machine and nothing is known of it here.",
    remedy: "`nixfleet runs attach` follows it; when its process is gone, `nixfleet runs resume` takes it up.",
  },
  "cli/run-died": {
    kind: "failed",
    meaning: "The process that carried out the run that was watched is gone, and nobody summed it up.",
    remedy: "`nixfleet runs resume` asks the hosts that were in flight, and goes on.",
  },
  "cli/not-resumable": {
    kind: "usage",
    meaning: "The run cannot go on: it came to its end, or it never began to change a host.",
    remedy: "`nixfleet apply --rerun failed` or `--rerun not-started` takes its hosts into a new run.",
  },
  "cli/unknown-code": {
    kind: "usage",
    meaning: "There is no failure code of that name.",
    remedy: "Copy the code from between the brackets of `error[...]`.",
  },
  "cli/unknown-schema": {
    kind: "usage",
    meaning: "There is no schema of that name.",
    remedy: "`nixfleet schema` lists the schemas.",
  },
} as const satisfies Record<`cli/${string}`, FailureEntry>;
