/** Where to look for hosts: networks, ranges of addresses, addresses and names. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

/** More would take minutes, and is rather a slip of the prefix than a wish. */
export const MAX_TARGETS = 4096;

/**
 * Addresses and names, each once, from words such as 10.0.1.0/24, 10.0.1.5-20, 10.0.1.7, fd00::7 and web-1.example.org. A
 * network's own address and its broadcast address are left out. Fails with `discover/bad-target`.
 */
export function parseTargets(words: readonly string[]): Result<readonly string[]> {
  const targets = new Set<string>();
  for (const word of words) {
    const parsed = parseTarget(word);
    if (parsed === undefined) return err(badTarget("a place to look at cannot be read", word));
    if (parsed.count + targets.size > MAX_TARGETS) {
      return err(badTarget(`more than ${MAX_TARGETS} addresses at once`, word));
    }
    for (let index = 0; index < parsed.count; index += 1) targets.add(parsed.at(index));
  }
  return ok([...targets]);
}

interface Targets {
  readonly count: number;
  at(index: number): string;
}

function parseTarget(word: string): Targets | undefined {
  if (isIpv4(word) || isIpv6(word) || isName(word)) return { count: 1, at: () => word };
  const [, address = "", kind, number = ""] = /^([\d.]+)([/-])(\d{1,3})$/.exec(word) ?? [];
  if (!isIpv4(address)) return undefined;
  return kind === "/" ? network(toNumber(address), Number(number)) : range(toNumber(address), Number(number));
}

const isIpv4 = (word: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(word) && word.split(".").every((octet) => Number(octet) < 256);

const isIpv6 = (word: string): boolean => /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(%[a-z0-9]+)?$/i.test(word);

// Not of digits and dots alone: that would be an address with a slip in it.
const isName = (word: string): boolean => /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(word);

function network(address: number, prefix: number): Targets | undefined {
  if (prefix < 8 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  const [skipped, count] = size <= 2 ? [0, size] : [1, size - 2];
  return { count, at: (index) => toAddress(first + skipped + index) };
}

function range(first: number, lastOctet: number): Targets | undefined {
  const count = lastOctet - (first % 256) + 1;
  return lastOctet > 255 || count < 1 ? undefined : { count, at: (index) => toAddress(first + index) };
}

const toNumber = (address: string): number => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);

const toAddress = (number: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join(".");

const badTarget = (what: string, found: string) =>
  failure("discover/bad-target", what, {
    expected: "a network such as 10.0.1.0/24, a range such as 10.0.1.5-20, an address or a name",
    found,
  });
