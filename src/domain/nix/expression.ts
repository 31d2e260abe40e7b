/** The few lines of Nix that NixFleet writes itself. */

/** The number of the contract between CLI and flake. */
const EVALUATION_INTERFACE = 1;

/** A string literal of the Nix language. */
export const nixString = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, (character) => `\\${character}`)
    .replace(/\$\{/g, "\\${")
    .replace(/\n/g, "\\n")}"`;

/** A locked input of a flake, as attributes: unlike a URL, every Nix takes every path and folder in this form. */
export type LockedInput = Readonly<Record<string, string | number | boolean>>;

/** The wrapper flake of backends/contract/evaluation.md: keeps evaluation pure while the inventory comes from outside. */
export const inventoryWrapper = (fleet: LockedInput): string => `{
  inputs.fleet = ${nixAttributes(fleet)};
  outputs = { self, fleet }:
    let
      api = fleet.nixfleet or (throw "the flake has no output \`nixfleet\`: its outputs must come from mkFleet");
      inventory = builtins.fromJSON (builtins.readFile ./inventory.json);
    in
    if api.interface == ${EVALUATION_INTERFACE} then api.forInventory inventory
    else throw "the fleet's NixFleet input speaks interface \${toString api.interface}, this CLI speaks ${EVALUATION_INTERFACE}";
}
`;

/** A wrapper for hosts with `flakeAttr`: the fleet's own outputs below `fleet`. */
export const plainWrapper = (fleet: LockedInput): string => `{
  inputs.fleet = ${nixAttributes(fleet)};
  outputs = { self, fleet }: { inherit fleet; };
}
`;

function nixAttributes(attributes: LockedInput): string {
  const entries = Object.entries(attributes).map(([name, value]) => {
    return `${name} = ${typeof value === "string" ? nixString(value) : String(value)};`;
  });
  return `{ ${entries.join(" ")} }`;
}

/** Begins the context of a host's errors; its name follows. */
export const CONTEXT = "while evaluating the closure of host ";

/**
 * A function for `nix eval --apply` on the wrapper's `hosts`: `{ <name> = { success, value }; }`. What Nix can catch
 * (`throw`, `assert`) becomes `success = false`; other errors end the evaluation and name the host in their trace.
 */
export const tolerantProjection = (hosts: readonly string[]): string =>
  projection(hosts, "builtins.tryEval (builtins.deepSeq answer answer)");

/** The same, but every error ends the evaluation, with its message. */
export const strictProjection = (hosts: readonly string[]): string =>
  projection(hosts, "builtins.deepSeq answer { success = true; value = answer; }");

const projection = (hosts: readonly string[], each: string): string =>
  `hosts: builtins.mapAttrs (name: answer: builtins.addErrorContext "${CONTEXT}\${name}" (${each})) ` +
  `{ inherit (hosts) ${hosts.map(nixString).join(" ")}; }`;

/**
 * For `flakeAttr`: takes a NixOS configuration or a derivation and answers like the projections of `hosts`.
 * @param specialisation of a NixOS configuration, to be taken in its place
 */
export const attributeProjection = (host: string, specialisation?: string): string =>
  `configuration: { ${nixString(host)} = builtins.addErrorContext ${nixString(CONTEXT + host)} (` +
  `let closure = ${specialisation === undefined ? "configuration.config.system.build.toplevel or configuration" : specialised(host, specialisation)}; ` +
  "answer = { inherit (closure) drvPath system; out = closure.outPath; warnings = [ ]; }; " +
  "in builtins.deepSeq answer { success = true; value = answer; }); }";

const specialised = (host: string, name: string): string =>
  `configuration.config.specialisation.${nixString(name)}.configuration.system.build.toplevel ` +
  `or (throw ${nixString(`nixfleet: host ${host}: its flakeAttr has no specialisation \`${name}'; it must name a NixOS configuration that has it`)})`;

/** The host that an error's trace names, if it happened inside of one. */
export function hostInContexts(contexts: readonly string[]): string | undefined {
  const context = contexts.find((text) => text.startsWith(CONTEXT));
  return context?.slice(CONTEXT.length).trim();
}
