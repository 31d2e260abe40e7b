/** The kinds of single values that settings take. */
import { z } from "zod";
import { parseHostName } from "../../ids.ts";
import { isStoreUrl } from "../../nix/store-url.ts";
import { parseBlackout } from "../../windows/blackout.ts";
import { parseWindow, windowText } from "../../windows/grammar.ts";
import { parseDuration } from "../duration.ts";
import { expecting, parsedText } from "./expectations.ts";

export const flag = expecting("true or false", z.boolean());
export const text = expecting("text", z.string().min(1));
export const port = expecting("a port from 1 to 65535", z.int().min(1).max(65535));
export const count = expecting("a whole number, 0 or more", z.int().min(0));
export const positiveCount = expecting("a whole number, 1 or more", z.int().min(1));
export const path = expecting(
  "a path: absolute, ~/… or relative to the project",
  z.string().regex(/^[^-\0\n][^\0\n]*$/),
);

// A leading dash would be read as an option by ssh and others.
const PLAIN_WORD = /^[^\s\0@:/-][^\s\0@:/]*$/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const hostName = expecting(
  "a host name: letters, digits and inner dashes, parts joined by dots",
  z.string().refine((name) => parseHostName(name) !== undefined),
);
export const name = expecting("a name of letters, digits, dot, dash and underscore", z.string().regex(NAME));
export const userName = expecting("a user name", z.string().regex(PLAIN_WORD));
export const system = expecting("a Nix system such as x86_64-linux", z.string().regex(/^[a-z0-9_]+-[a-z0-9]+$/));

export const address = parsedText(
  "a DNS name or an IP address, without user and port",
  (typed) => (isAddress(typed) ? typed : undefined),
  (typed) => {
    if (typed.includes("@")) return { why: "", next: "write the user as user" };
    if (/^[^:]+:\d+$|\]:\d+$/.test(typed)) return { why: "", next: "write the port as port" };
    return /^\[.*\]$/.test(typed) ? { why: "", next: "write the address without brackets" } : undefined;
  },
);

function isAddress(typed: string): boolean {
  const ipv6 = typed.includes(":") && /^[0-9a-f:.]+(%[\w.-]+)?$/i.test(typed);
  return ipv6
    ? typed.split(":").length > 2
    : /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(typed);
}

export const proxyJump = expecting(
  "jump hosts as ssh takes them: [user@]host[:port], several with commas",
  z.string().regex(/^[^\s\0,-][^\s\0,]*(,[^\s\0,-][^\s\0,]*)*$/),
);

export const publicHostKey = expecting(
  "a public key such as ssh-ed25519 AAAA…",
  z
    .string()
    .regex(/^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-[a-z0-9-]+@openssh\.com) AAAA[A-Za-z0-9+/=]+( .*)?$/),
);

export const signingPublicKey = expecting(
  "a public signing key, name:base64",
  z.string().regex(/^[^\s:]+:[A-Za-z0-9+/]{43}=$/),
);

export const storeUrl = expecting(
  "a Nix store URL such as https://cache.example.org, s3://bucket, ssh-ng://host or file:///folder",
  z.string().refine(isStoreUrl),
);

export const duration = parsedText("a duration such as 60s, 2m or 1h", parseDuration, unitMissing);
export const timeout = parsedText(
  "a duration longer than nothing, such as 60s, 2m or 1h",
  (typed) => parseDuration(typed) || undefined,
  unitMissing,
);

function unitMissing(typed: string) {
  return /^\d+$/.test(typed) ? { why: "", next: `say the unit, for example ${typed}s` } : undefined;
}

export const window = parsedText(
  'a window of the form DAYS HH:MM-HH:MM ZONE, such as "Sun 02:00-04:00 Europe/Berlin"',
  (typed) => {
    const parsed = parseWindow(typed);
    return parsed.ok ? windowText(parsed.value) : undefined;
  },
  (typed) => {
    const parsed = parseWindow(typed);
    return parsed.ok ? undefined : { ...parsed.error, code: "inventory/bad-window" };
  },
);

export const blackout = parsedText(
  'a range of dates or times, FROM/TO ZONE, such as "2026-12-20/2027-01-03 Europe/Berlin"',
  (typed) => {
    const parsed = parseBlackout(typed);
    return parsed.ok ? parsed.value.text : undefined;
  },
  (typed) => {
    const parsed = parseBlackout(typed);
    return parsed.ok ? undefined : { ...parsed.error, code: "inventory/bad-blackout" };
  },
);

export const percentage = expecting(
  "a percentage from 1% to 100%",
  z
    .string()
    .regex(/^\d{1,3}%$/)
    .transform((typed, context) => {
      const percent = Number(typed.slice(0, -1));
      if (percent >= 1 && percent <= 100) return { percent };
      context.addIssue({ code: "custom", message: "a percentage goes from 1% to 100%" });
      return z.NEVER;
    }),
);

/** A stage of a rollout: so many hosts, or so many of a hundred. */
export const stage = expecting(
  "a number of hosts such as 1, or a percentage such as 10%",
  z.union([
    z
      .int()
      .min(1)
      .transform((count) => ({ count })),
    percentage,
  ]),
);

/** One value, or a list of them; the outcome is always a list. */
export function oneOrMany<S extends z.ZodType>(expected: string, item: S) {
  const schema = z
    .union([item, z.array(item).min(1)])
    .transform((typed) => (Array.isArray(typed) ? (typed as z.output<S>[]) : [typed as z.output<S>]));
  return expecting(expected, schema);
}
