/** Health checks of the inventory: what has to be so on a host before a change counts. */
import { z } from "zod";
import { CHECK_NAME, type PlannedCheck, type Probe, USUAL_PACE, USUAL_TIMEOUT_MS } from "../../health/check.ts";
import { expecting, parsedText } from "./expectations.ts";
import * as value from "./values.ts";

const setting = <S extends z.ZodType>(schema: S, meaning: string) => z.exactOptional(schema).describe(meaning);

const port = parsedText("a port, or host:port", (typed) => {
  const [, host, number] = /^(?:([A-Za-z0-9.:_{}-]+):)?(\d{1,5})$/.exec(typed) ?? [];
  const known = Number(number) >= 1 && Number(number) <= 65535;
  return known ? { host, port: Number(number) } : undefined;
});

const shape = {
  unit: setting(
    expecting("the name of a unit, such as nginx.service", z.string().regex(/^[A-Za-z0-9:_.\\@-]{1,240}\.[a-z]+$/)),
    "Healthy when this systemd unit is active.",
  ),
  command: setting(
    expecting("a command of one line", z.string().regex(/^[^\t\n]+$/)),
    "Healthy when this command, run by sh as root on the host, ends with 0.",
  ),
  http: setting(
    expecting("a URL such as http://127.0.0.1:8080/health", z.string().regex(/^https?:\/\/[^\s]+$/)),
    "Healthy when this URL answers as expected. `{addr}` and `{host}` stand for the host's address and name.",
  ),
  expectStatus: setting(
    expecting("a status from 100 to 599", z.int().min(100).max(599)),
    "The answer that `http` expects; redirects are not followed. Default: 200.",
  ),
  tcp: setting(
    expecting(
      "a port, or host:port",
      z.union([value.port.transform((number) => ({ host: undefined, port: number })), port]),
    ),
    "Healthy when this port accepts a connection. Without a host it is 127.0.0.1 from the host, and `{addr}` from the deployer.",
  ),
  from: setting(
    expecting("host or deployer", z.enum(["host", "deployer"])),
    "Who asks: the host itself, or, for `http` and `tcp`, the machine that runs the CLI. Default: host.",
  ),
  timeout: setting(value.timeout, "How long one try may take. Default: 5s."),
  interval: setting(value.timeout, "How long after one try the next begins. Default: 1s."),
  minHealthy: setting(value.duration, "How long it has to pass without a break. Default: 1s."),
  deadline: setting(
    value.timeout,
    "How long after the change is live it may fail; `confirmWithin` is extended to it. Default: confirmWithin.",
  ),
  retries: setting(
    value.count,
    "How often in a row a failing check is tried again. Default: until the deadline, and twice while a host soaks.",
  ),
};

export const healthCheckSettings = z.strictObject(shape).transform((typed, context): Omit<PlannedCheck, "name"> => {
  const mistake = (key: string, message: string): never => {
    context.addIssue({ code: "custom", message, path: [key] });
    return z.NEVER;
  };
  const kinds = (["unit", "command", "http", "tcp"] as const).filter((kind) => typed[kind] !== undefined);
  const from = typed.from ?? "host";
  if (kinds.length !== 1) {
    context.addIssue({ code: "custom", message: "it needs exactly one of unit, command, http and tcp" });
    return z.NEVER;
  }
  if (typed.expectStatus !== undefined && typed.http === undefined)
    return mistake("expectStatus", "only http answers with a status");
  if (from === "deployer" && typed.http === undefined && typed.tcp === undefined)
    return mistake("from", "the deployer can ask http and tcp only");
  return {
    declared: "inventory",
    from,
    probe: probeOf(typed, from),
    timeoutMs: typed.timeout ?? USUAL_TIMEOUT_MS,
    intervalMs: typed.interval ?? USUAL_PACE.intervalMs,
    minHealthyMs: typed.minHealthy ?? USUAL_PACE.minHealthyMs,
    deadlineMs: typed.deadline ?? null,
    retries: typed.retries ?? null,
  };
});

function probeOf(
  { unit, command, http, tcp, expectStatus }: z.output<z.ZodObject<typeof shape>>,
  from: PlannedCheck["from"],
): Probe {
  if (unit !== undefined) return { kind: "unit", unit };
  if (command !== undefined) return { kind: "command", command };
  if (http !== undefined) return { kind: "http", url: http, expectStatus: expectStatus ?? 200 };
  return { kind: "tcp", host: tcp?.host ?? (from === "host" ? "127.0.0.1" : "{addr}"), port: tcp?.port ?? 0 };
}

export const checkName = expecting("a name of letters, digits, dot, dash and underscore", z.string().regex(CHECK_NAME));
