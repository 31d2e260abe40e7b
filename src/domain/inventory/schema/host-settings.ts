/** Everything that can be set for a host: on the host itself, on its groups, and below defaults. */
import { z } from "zod";
import { expecting } from "./expectations.ts";
import { checkName, healthCheckSettings } from "./health-checks.ts";
import { hooks } from "./hooks.ts";
import * as value from "./values.ts";

export const bases = ["ubuntu", "debian", "nixos"] as const;

const setting = <S extends z.ZodType>(schema: S, meaning: string) => z.exactOptional(schema).describe(meaning);

const reboots = {
  autoReboot: setting(value.flag, "Whether a host that needs a reboot gets one. Default: false."),
  rebootWindow: setting(
    value.oneOrMany('a window such as "Sun 02:00-04:00 Europe/Berlin", or a list of windows', value.window),
    "When reboots may start: `DAYS HH:MM-HH:MM ZONE`, one or several. Days are `Sun`, `Sat,Sun`, `Mon..Fri` or `*`; the zone is an IANA name, UTC if left out. Default: any time.",
  ),
  waitForUsers: setting(
    value.timeout,
    "How long people who are logged in have before the host reboots all the same. Default: nobody waits for them.",
  ),
  maxConcurrentReboots: setting(
    value.positiveCount,
    "How many hosts may reboot at once: of the group it stands on, of all hosts below defaults, of the host's base on a host. Where several apply, all must allow. Default: no limit.",
  ),
};

export const ubuntuUpdates = z.strictObject({
  mode: setting(
    expecting("security-daily, full-weekly or manual", z.enum(["security-daily", "full-weekly", "manual"])),
    "`security-daily`, `full-weekly`, or `manual`: only report what is pending. Default: manual.",
  ),
  ...reboots,
  holds: setting(
    expecting("a list of package names or globs", z.array(value.text)),
    "Packages that are never updated; globs allowed. Default: none.",
  ),
  pins: setting(
    expecting("a map of package names to versions", z.record(value.text, value.text)),
    "Packages kept at one version, `name: version`; globs allowed in the version. Default: none.",
  ),
  maxManifestAge: setting(
    value.timeout,
    "How long after a plan, or after the canary of `--promote`, its versions may still be installed. Default: 7d.",
  ),
  removeOldKernels: setting(
    value.flag,
    "Whether an update takes old kernels away where /boot is too small for a new one: never the running one, nor the two newest. Default: false.",
  ),
});

export const nixosUpdates = z.strictObject({
  autoSwitch: setting(value.flag, "Whether os-update switches to the newly built system. Default: false."),
  ...reboots,
});

export const hostShape = {
  base: setting(
    expecting("ubuntu, debian or nixos", z.enum(bases)),
    "What runs on the host: `ubuntu`, `debian` or `nixos`. Every host needs one.",
  ),
  addr: setting(
    value.oneOrMany("an address, or a list of addresses", value.address),
    "Address or DNS name; of a list, the first that answers is used. Every host needs one, but for `transport: local`.",
  ),
  port: setting(value.port, "SSH port. Default: what ssh_config says, else 22."),
  user: setting(value.userName, "SSH user. Default: what ssh_config says, else your own name."),
  identityFile: setting(value.path, "Private key for SSH. Default: the agent and what ssh_config says."),
  proxyJump: setting(
    value.proxyJump,
    "Jump hosts, `[user@]host[:port]`, several with commas. Default: what ssh_config says.",
  ),
  hostKeys: setting(
    value.oneOrMany("a public key such as ssh-ed25519 AAAA…, or a list of them", value.publicHostKey),
    "The host's public keys. When set, no other key is accepted. Default: known_hosts.",
  ),
  transport: setting(
    expecting("auto, ssh2, openssh or local", z.enum(["auto", "ssh2", "openssh", "local"])),
    "How to connect: `auto`, `ssh2`, `openssh`, or `local` for this very machine. Default: auto.",
  ),
  access: setting(
    expecting("full or restricted", z.enum(["full", "restricted"])),
    "What the deploy account may do: `full` is root by sudo; `restricted` takes nothing but what the fleet signed, by a program that `nixfleet bootstrap` installs (docs/trust.md). Default: full.",
  ),
  system: setting(value.system, "Nix system. Default: x86_64-linux."),
  roles: setting(
    expecting("a list of role names", z.array(value.name)),
    "Roles; each names `modules/ROLE.nix`. Those of defaults, groups and host unite.",
  ),
  tags: setting(
    expecting("a list of tags", z.array(value.name)),
    "Tags to select by. Those of defaults, groups and host unite.",
  ),
  build: setting(
    value.oneOrMany(
      "local, target or the name of a host, or a list of them in order of preference",
      value.name.clone(),
    ),
    "Where to build: `local`, `target` (the host itself), or a host of the inventory. Of a list, the first that can be reached and has the host's system. Default: local, or a builder of the inventory for a system that this machine cannot build.",
  ),
  substituteOnDestination: setting(
    value.flag,
    "Whether the host first fetches what it can from its own binary caches; only the rest is sent. Default: false.",
  ),
  confirmWithin: setting(
    value.duration,
    "Time in which a fresh connection has to confirm that the host is reachable and healthy after a change; otherwise it goes back by itself. `0s` asks for no confirmation. Default: 60s.",
  ),
  rollout: setting(expecting("the name of a rollout", value.name.clone()), "Name of a strategy below `rollouts`."),
  osUpdates: setting(
    z.strictObject({
      ubuntu: setting(ubuntuUpdates, "Updates of hosts with base ubuntu or debian."),
      nixos: setting(nixosUpdates, "Updates of hosts with base nixos."),
    }),
    "Updates of the operating system.",
  ),
  hooks: setting(hooks, "Commands around applies and reboots."),
  healthChecks: setting(
    expecting("a map of checks", z.record(checkName, healthCheckSettings)),
    "What has to be so before a change counts, by name, beside what modules declare. A check replaces one of the same name.",
  ),
  flakeAttr: setting(
    expecting("an attribute of the flake, such as nixosConfigurations.web-1", z.string().regex(/^[^\s#]+$/)),
    "Deploys this attribute of the flake instead of what mkFleet makes of `hosts/NAME.nix`.",
  ),
  specialisation: setting(
    expecting("the name of a specialisation", value.name.clone()),
    "NixOS hosts: the specialisation that the host runs and boots, in place of the system that has it. Default: none.",
  ),
  activation: setting(
    expecting("live or boot", z.enum(["live", "boot"])),
    "NixOS hosts: `live` makes systems live at once, and the next boot's when they can only be booted; `boot` always leaves alone what runs. Default: live.",
  ),
  vars: setting(
    expecting("a map of values", z.record(z.string(), z.unknown())),
    "Free values for modules, `config.nixfleet.host.vars`. They end in the Nix store: no secrets. Maps merge deeply.",
  ),
};

export const hostSettings = z.strictObject(hostShape);
export type HostSettings = z.output<typeof hostSettings>;
