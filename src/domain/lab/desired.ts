/** From the options of `lab up` and what is there already to what the lab shall be. */
import { parseHostName } from "../ids.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { type Suite, USUAL_SUITE } from "./image-recipe.ts";
import { hostNames, type LabId } from "./naming.ts";
import { type PerMachine, valueFor } from "./per-machine.ts";
import type { LabMachine, LabState, Shape, SudoMode } from "./state.ts";
import { capacity, formatSubnet, machineAddress, parseSubnet, type Subnet } from "./subnet.ts";

export interface LabOptions {
  readonly hosts: number;
  readonly prefix: string;
  /** Names of the machines; when given, `hosts` and `prefix` do not count. */
  readonly names: readonly string[];
  readonly subnet: string;
  readonly shape: PerMachine<Shape>;
  readonly sudo: PerMachine<SudoMode>;
  /** Names of machines without Nix and without the deploy account. */
  readonly bare: readonly string[];
  readonly suite: PerMachine<Suite>;
  /** With the package archive; a lab that has it keeps it. */
  readonly archive?: true;
}

/**
 * A lab that is up already keeps its machines and may get more; anything else about it stays as it is.
 *
 * @param newMachineId gives 32 hexadecimal digits that no other machine has
 */
export function desiredLab(
  id: LabId,
  cache: string,
  options: LabOptions,
  existing: LabState | undefined,
  newMachineId: () => string,
): Result<LabState> {
  const subnet = parseSubnet(options.subnet);
  if (!subnet.ok) return subnet;
  const trouble = badOptions(options, subnet.value);
  if (trouble !== undefined) return err(trouble);
  const wanted = machineNames(options).map((name, index) =>
    newMachine(name, index + 1, subnet.value, options, existing?.machines[index]?.machineId ?? newMachineId()),
  );
  const state: LabState = {
    schema: "nixfleet.lab/1",
    id,
    prefix: options.prefix,
    subnet: formatSubnet(subnet.value),
    cache,
    machines: wanted,
    ...(options.archive === true || existing?.archive === true ? { archive: true } : {}),
  };
  return existing === undefined || grows(existing, state) ? ok(state) : err(different(existing, state));
}

function newMachine(
  name: string,
  number: number,
  subnet: Subnet,
  { shape, sudo, bare, suite }: LabOptions,
  machineId: string,
): LabMachine {
  const address = machineAddress(subnet, number);
  const kind = { shape: valueFor(shape, name), sudo: valueFor(sudo, name), suite: valueFor(suite, name) };
  const fixed = { name, number, address, machineId, ...kind };
  return bare.includes(name) ? { ...fixed, bare: true } : fixed;
}

function badOptions(options: LabOptions, subnet: Subnet): Failure | undefined {
  const room = capacity(subnet);
  const count = options.names.length > 0 ? options.names.length : options.hosts;
  if (!Number.isSafeInteger(count) || count < 1 || count > room)
    return failure("lab/bad-option", "the number of machines is not usable", {
      expected: `1 to ${room}, which is what ${formatSubnet(subnet)} has room for`,
      found: String(count),
    });
  const unusable = (options.names.length > 0 ? options.names : [options.prefix]).find((name) => !isMachineName(name));
  if (unusable !== undefined)
    return failure("lab/bad-option", "the machines' name is not usable", {
      expected: "letters, digits and dashes, at most 40",
      found: unusable,
    });
  const twice = options.names.find((name, index) => options.names.indexOf(name) !== index);
  if (twice !== undefined) return failure("lab/bad-option", "two machines have one name", { found: twice });
  const names = machineNames(options);
  const named = [options.shape, options.sudo, options.suite].flatMap(({ byName }) => Object.keys(byName));
  const stranger = [...named, ...options.bare].find((name) => !names.includes(name));
  if (stranger !== undefined)
    return failure("lab/unknown-machine", "an option names a machine that the lab will not have", {
      expected: `one of ${names.join(", ")}`,
      found: stranger,
    });
  const bareAndNew = options.bare.find((name) => valueFor(options.suite, name) !== USUAL_SUITE);
  if (bareAndNew !== undefined)
    return failure("lab/bad-option", "a bare machine has the usual suite", {
      expected: `--suite ${bareAndNew}=${USUAL_SUITE}`,
      found: `--suite ${valueFor(options.suite, bareAndNew)} for ${bareAndNew}, which --bare names`,
    });
  return undefined;
}

const machineNames = ({ names, prefix, hosts }: LabOptions): readonly string[] =>
  names.length > 0 ? names : hostNames(prefix, hosts);

/** Machine names become host names of at most 63 characters, with a number behind a prefix. */
const isMachineName = (name: string): boolean =>
  parseHostName(name) !== undefined && !name.includes(".") && name.length <= 40;

const grows = (existing: LabState, wanted: LabState): boolean =>
  existing.subnet === wanted.subnet &&
  existing.cache === wanted.cache &&
  existing.archive === wanted.archive &&
  existing.machines.every((machine, index) => alike(machine, wanted.machines[index]));

const alike = (one: LabMachine, other: LabMachine | undefined): boolean =>
  other !== undefined && describeMachine(one) === describeMachine(other);

const different = (existing: LabState, wanted: LabState): Failure =>
  failure("lab/different", "another lab is up in this state folder", {
    expected: describe(wanted),
    found: describe(existing),
    next: "nixfleet lab down, or another folder with --state",
  });

const describe = ({ machines, subnet, cache, archive }: LabState): string =>
  `${machines.map(describeMachine).join(", ")} in ${subnet}, image in ${cache}${archive === true ? ", with archive" : ""}`;

function describeMachine({ name, shape, sudo, bare, suite }: LabMachine): string {
  const words = [
    shape,
    ...(bare === true ? ["bare"] : []),
    ...(suite === USUAL_SUITE ? [] : [suite]),
    ...(sudo === "password" ? ["sudo asks for a password"] : []),
  ];
  return `${name} (${words.join(", ")})`;
}
