/** The inventory file: one schema for the validator, the editors' JSON Schema and the reference in docs. */
import { z } from "zod";
import { expecting } from "./expectations.ts";
import { rolloutHooks } from "./hooks.ts";
import { hostSettings, hostShape } from "./host-settings.ts";
import { rolloutSettings } from "./rollout-settings.ts";
import * as value from "./values.ts";

const setting = <S extends z.ZodType>(schema: S, meaning: string) => z.exactOptional(schema).describe(meaning);

export const fleetSettings = z.strictObject({
  flake: setting(
    expecting("a folder, or a flake reference such as github:owner/repo", z.string().regex(/^[^\s#-][^\s#]*$/)),
    "The flake that describes the hosts: a folder, relative to the project, or a reference. Default: the project.",
  ),
  signingKey: setting(value.path, "File with the fleet's secret signing key, made by `nixfleet keys generate`."),
  publicKeys: setting(
    value.oneOrMany("a public signing key, name:base64, or a list of them", value.signingPublicKey),
    "Public keys that the fleet's hosts trust. Default: none.",
  ),
  cache: setting(
    value.storeUrl,
    "Store that a CI job fills with `nixfleet build --push`: closures that it has are neither built nor needed on this machine. Default: none.",
  ),
  blackouts: setting(
    value.oneOrMany('a range such as "2026-12-20/2027-01-03 Europe/Berlin", or a list of ranges', value.blackout),
    "When no rollout may start a host, whatever its windows say. Default: never.",
  ),
  hooks: setting(
    rolloutHooks,
    "Commands around each run that changes hosts, here: tell somebody, silence alerts. Default: none.",
  ),
  slots: setting(
    value.text,
    "Where reboot slots are kept: `etcd:http://HOST:2379`, `fleetlock:http://HOST`, `fleetlock-machine-id:http://HOST`, or an absolute folder. Default: a folder of your own.",
  ),
  leases: setting(
    value.text,
    "Where it is kept which run acts on a group: `etcd:http://HOST:2379`, `host:NAME` of this inventory, or an absolute folder. Default: a folder of your own.",
  ),
});

/** What groups have beside the settings for their hosts. */
export const groupMembership = {
  hosts: setting(
    expecting("a list of host names or globs", z.array(value.text)),
    "Members: host names and globs such as `web-*`.",
  ),
  children: setting(
    expecting("a list of group names", z.array(value.text)),
    "Groups inside this one; their hosts belong to it too, and their settings win over its own.",
  ),
};

export const groupSettings = z.strictObject({ ...groupMembership, ...hostShape });

export const taskSettings = z
  .strictObject({
    run: value.text.describe("The command, for `sh -c`."),
    sudo: value.flag.default(false).describe("Run as root. Default: false."),
    timeout: value.timeout.default(60_000).describe("Time limit. Default: 60s."),
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

const nullable = <S extends z.ZodType>(schema: S) => z.union([schema, z.null().transform(() => ({}))]);
const mapOf = <S extends z.ZodType>(key: z.ZodType<string, string>, schema: S) => z.record(key, schema);

/** The whole file. Its parts are validated one by one, so that one mistake does not hide the others. */
export const inventorySchema = z.strictObject({
  fleet: setting(fleetSettings, "The fleet itself."),
  defaults: setting(hostSettings, "Settings for every host; groups and hosts win over them."),
  groups: setting(mapOf(value.name, nullable(groupSettings)), "Groups by name, with members and settings for them."),
  hosts: mapOf(value.hostName, nullable(hostSettings)).describe("Hosts by name, with their settings."),
  rollouts: setting(mapOf(value.name, rolloutSettings), "Rollout strategies by name."),
  tasks: setting(mapOf(value.name, taskSettings), "Tasks by name, for `nixfleet run … -- task:NAME`."),
});

export type FleetFragment = z.output<typeof fleetSettings>;
export type GroupFragment = z.output<typeof groupSettings>;
