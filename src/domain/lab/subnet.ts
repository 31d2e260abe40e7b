/** The lab's addresses: one for the bridge, one for each machine. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

/** Where labs go when nobody says where: in 198.18.0.0/15, which is set aside for benchmarks (RFC 2544) and so is nobody's network. */
export const USUAL_SUBNETS = [
  "198.18.0.0/25",
  "198.18.1.0/25",
  "198.18.2.0/25",
  "198.18.3.0/25",
  "198.18.4.0/25",
] as const;

export interface Subnet {
  /** First address, as a number. */
  readonly base: number;
  readonly prefix: number;
}

// Machine 1 has .11, so that names and addresses are easy to match and the low ones stay free.
const FIRST_MACHINE = 11;

export function parseSubnet(text: string): Result<Subnet> {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const numbers = match?.slice(1).map(Number) ?? [];
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = numbers;
  if (match === null || [a, b, c, d].some((octet) => octet > 255) || prefix < 16 || prefix > 27)
    return bad(text, "a.b.c.d/prefix with a prefix from 16 to 27");
  const base = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  if ((base & (2 ** (32 - prefix) - 1)) !== 0) return bad(text, `the first address of a /${prefix}`);
  return ok({ base, prefix });
}

/** Address of the bridge on this machine. */
export const bridgeAddress = (subnet: Subnet): string => formatAddress(subnet.base + 1);

/** Address of the machine with this number, counted from 1. */
export const machineAddress = (subnet: Subnet, number: number): string =>
  formatAddress(subnet.base + FIRST_MACHINE - 1 + number);

/** How many machines have room; the last address is for broadcasts. */
export const capacity = (subnet: Subnet): number => 2 ** (32 - subnet.prefix) - 1 - FIRST_MACHINE;

export const formatSubnet = (subnet: Subnet): string => `${formatAddress(subnet.base)}/${subnet.prefix}`;

export const overlap = (one: Subnet, other: Subnet): boolean => {
  const shift = 2 ** (32 - Math.min(one.prefix, other.prefix));
  return Math.floor(one.base / shift) === Math.floor(other.base / shift);
};

/** An address or a network as `ip route` prints it; undefined for anything else, `default` included. */
export function parseRouteTarget(text: string): Subnet | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1, 5).map(Number);
  return { base: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, prefix: Number(match[5] ?? 32) };
}

const formatAddress = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

const bad = (text: string, expected: string): Result<Subnet> =>
  err(failure("lab/bad-option", "the lab's subnet is not usable", { expected, found: text }));
