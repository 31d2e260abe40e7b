/** What `nixfleet init` laid, and the next three commands. */
import { relative } from "node:path";
import { quote } from "../../domain/host/quote.ts";
import { EXAMPLE_HOST, INVENTORY } from "../../domain/init/new-project.ts";
import type { Initialised } from "../../workflows/init.ts";
import { renderWarning } from "./failures.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Ends with a newline. */
export function renderInitialised(done: Initialised, cwd: string, style: Style): string {
  const { written, kept, key } = done;
  const lines = [
    `project   ${printable(done.folder)}${repositoryWords[done.repository]}`,
    ...written.map((path) => `  ${style.added("+")} ${printable(path)}`),
    ...kept.map((path) => `    ${printable(path)}  ${style.dim("was there, left as it is")}`),
    `key       ${printable(key.file)}${key.made ? "  (new; back it up, and keep it out of the repo)" : "  (was there)"}`,
    ...(done.sources === undefined ? [] : [`nixfleet  ${printable(done.sources.nixfleet)}`]),
    ...lockLines(done, style),
  ];
  return `${lines.join("\n")}\n\n${style.strong("next")}\n${nextSteps(done, cwd)
    .map((line) => `  ${line}\n`)
    .join("")}`;
}

const repositoryWords = {
  made: "  (new git repository)",
  present: "",
  missing: "  (no git here: Nix copies the whole folder)",
} as const;

function lockLines({ lock }: Initialised, style: Style): string[] {
  switch (lock.state) {
    case "locked":
      return ["lock      flake.lock"];
    case "kept":
      return [];
    case "no-nix":
      return ["lock      none yet: there is no Nix on this machine"];
    case "failed":
      return ["lock      none yet", renderWarning(lock.because, style).trimEnd()];
  }
}

/** Three commands; before them what nobody but the operator can do. */
function nextSteps({ folder, hosts, lock }: Initialised, cwd: string): string[] {
  const place = relative(cwd, folder);
  const example = hosts.length === 1 && hosts[0] === EXAMPLE_HOST;
  const steps: (readonly [string, string])[] = [
    ...(place === "" ? [] : [[`cd ${quote(place.startsWith("..") ? folder : place)}`, ""] as const]),
    ...(lock.state === "no-nix" ? [["apt install nix-bin", "or any other Nix from 2.8 on"] as const] : []),
    ...(lock.state === "no-nix" || lock.state === "failed"
      ? [["nix flake lock && git add flake.lock", ""] as const]
      : []),
    ...(example ? [[`$EDITOR ${INVENTORY}`, "the name and address of your host"] as const] : []),
    [`nixfleet bootstrap ${hosts.length === 1 ? hosts[0] : "all"}`, "prepares a fresh host over SSH"],
    ["nixfleet doctor", "is everything there?"],
    ["nixfleet plan", "what would happen"],
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  return steps.map(([command, why]) => (why === "" ? command : `${command.padEnd(width)}  # ${why}`));
}
