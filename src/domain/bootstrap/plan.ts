/** What has to be done to a fresh host, and what is done already. Pure: the same host and wishes, the same steps. */
import { capabilitiesOf, oldestNix } from "../nix/capabilities.ts";
import { parseNixVersion } from "../nix/version.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { FreshHost } from "./look.ts";
import { planRestrictedNixos, restrictedSteps, unrestrictable } from "./restricted.ts";
import { type BootstrapStep, type HostPreparation, there, todo } from "./step.ts";
import type { BootstrapWishes } from "./wishes.ts";

/** Fails with `bootstrap/unsupported` or `bootstrap/no-nix`. */
export function planBootstrap(host: FreshHost, wishes: BootstrapWishes): Result<HostPreparation> {
  const restricted = wishes.sudo === "restricted";
  const obstacle = restricted ? unrestrictable(host, wishes) : undefined;
  if (obstacle !== undefined) return err(obstacle);
  if (restricted && host.os.id === "nixos") return planRestrictedNixos(host, wishes);
  const missing = unsupported(host) ?? unusableNix(host);
  if (missing !== undefined) return err(missing);
  const root = wishes.deployUser === "root";
  const steps = [
    packages(host, root),
    daemon(host),
    keys(host, wishes),
    ...restart(host),
    ...(root ? [] : [account(host, wishes), ...group(host, wishes)]),
    ...(restricted ? restrictedSteps(host, wishes) : root ? [] : [sudoRule(host, wishes)]),
    login(host, wishes),
  ];
  return ok({ steps, notes: notesFor(host, wishes) });
}

function unsupported(host: FreshHost): Failure | undefined {
  const found = { found: host.os.pretty || host.os.id };
  if (host.os.id === "nixos") {
    return failure("bootstrap/unsupported", "a NixOS host is prepared by its own configuration", {
      ...found,
      next: "set nix.settings.trusted-public-keys, users.users.deploy and security.sudo there: docs/bootstrap.md",
    });
  }
  if (!host.systemd) return failure("bootstrap/unsupported", "systemd is not the first process of the host", found);
  if (host.confProblem !== null) return failure("bootstrap/unsupported", host.confProblem, found);
  const complete = host.nix !== null && host.daemon !== "missing" && host.sudo;
  return host.apt || complete
    ? undefined
    : failure("bootstrap/unsupported", "the host has no apt to install things with", found);
}

const installer = (why: string): string =>
  `${why}install Nix with its official installer (multi-user) on the host, then try again`;

function unusableNix({ nix, candidates, daemon: state, aptIndexes, os }: FreshHost): Failure | undefined {
  const version = nix === null ? undefined : parseNixVersion(nix);
  if (nix !== null && (version === undefined || !capabilitiesOf(version).supported)) {
    return failure("bootstrap/no-nix", "the host's Nix is too old", {
      expected: `${oldestNix} or newer`,
      found: nix,
      next: installer("remove it, "),
    });
  }
  if (nix !== null && state !== "missing") return undefined;
  if (candidates.setup === null && aptIndexes) {
    const universe = os.id === "ubuntu" ? "enable universe (add-apt-repository universe) and try again, or " : "";
    const what = nix === null ? "the distribution has no package of Nix" : "Nix is there without its daemon";
    return failure("bootstrap/no-nix", what, {
      expected: "the package nix-setup-systemd",
      found: os.pretty,
      next: installer(universe),
    });
  }
  const offered = candidates.nix === null ? undefined : parseNixVersion(`nix (Nix) ${candidates.nix}`);
  if (offered === undefined || capabilitiesOf(offered).supported) return undefined;
  return failure("bootstrap/no-nix", "the distribution's Nix is too old", {
    expected: `${oldestNix} or newer`,
    found: `nix-bin ${candidates.nix} on ${os.pretty}`,
    next: installer(""),
  });
}

function packages({ nix, candidates, daemon: state, sudo }: FreshHost, root: boolean): BootstrapStep {
  const lacksNix = nix === null || state === "missing";
  const lacksSudo = !sudo && !root;
  if (!lacksNix && !lacksSudo) return there("packages", nix);
  const setup = `nix-setup-systemd${candidates.setup === null ? ", once apt has its package lists" : ` ${candidates.setup}`}`;
  const wanted = [...(lacksSudo ? ["sudo"] : []), ...(lacksNix ? [setup] : [])];
  return todo("packages", `install ${wanted.join(" and ")}`);
}

const daemon = ({ daemon: state }: FreshHost): BootstrapStep =>
  state === "active"
    ? there("daemon", "the Nix daemon's socket is open")
    : todo("daemon", "open the Nix daemon's socket, now and at boot");

function keys({ nix, missingKeys, confFile }: FreshHost, { publicKeys }: BootstrapWishes): BootstrapStep {
  // Without Nix nobody could be asked, so all of them are missing.
  const missing = nix === null ? publicKeys : missingKeys;
  const names = publicKeys.map((key) => key.split(":")[0]).join(", ");
  if (missing.length === 0) return there("keys", `the daemon trusts ${names}`);
  return todo(
    "keys",
    `let the daemon trust ${names}: /etc/nix/nixfleet.conf, included from ${confFile ?? "/etc/nix/nix.conf"}`,
  );
}

/** Done only where the daemon runs with an older configuration by then. */
function restart({ nix, missingKeys, daemonStale }: FreshHost): BootstrapStep[] {
  const changes = nix === null || missingKeys.length > 0;
  return changes || daemonStale
    ? [todo("restart", "restart the Nix daemon, if it runs with an older configuration")]
    : [];
}

const account = ({ account: present }: FreshHost, { deployUser }: BootstrapWishes): BootstrapStep =>
  present === null
    ? todo("account", `make the account ${deployUser}, without a password`)
    : there("account", `the account ${deployUser}, at home in ${present.home}`);

/** The group comes with the distribution's packages; elsewhere everybody may talk to the daemon. */
function group({ nix, daemon: state, nixUsers }: FreshHost, { deployUser }: BootstrapWishes): BootstrapStep[] {
  if (nixUsers === "member") return [there("group", `${deployUser} is in nix-users`)];
  const comes = nix === null || state === "missing";
  return nixUsers === "stranger" || comes
    ? [todo("group", `put ${deployUser} into nix-users, who may talk to the daemon`)]
    : [];
}

function sudoRule({ sudoRule: rule }: FreshHost, { deployUser, sudo }: BootstrapWishes): BootstrapStep {
  if (rule === "nopasswd") return there("sudo", `${deployUser} is root by sudo, without a password`);
  if (rule === sudo) return there("sudo", `${deployUser} is root by sudo, with a password`);
  const words = sudo === "nopasswd" ? "without a password" : "with a password";
  return todo("sudo", `let ${deployUser} be root by sudo, ${words}: /etc/sudoers.d/nixfleet-${deployUser}`);
}

function login(
  { account: present, missingLogins }: FreshHost,
  { deployUser, loginKeys }: BootstrapWishes,
): BootstrapStep {
  const missing = present === null ? loginKeys.length : missingLogins.length;
  const number = `${loginKeys.length} ${loginKeys.length === 1 ? "key" : "keys"}`;
  if (missing === 0) return there("login", `${number} may log in as ${deployUser}`);
  return todo("login", `let ${number} log in as ${deployUser}`);
}

function notesFor(host: FreshHost, { deployUser, sudo }: BootstrapWishes): string[] {
  const asks = deployUser !== "root" && sudo === "password" && host.sudoRule !== "nopasswd";
  return [
    ...(host.trustedUser && deployUser !== "root"
      ? [`${deployUser} is a trusted user of the Nix daemon, which is as good as root: take it out of trusted-users`]
      : []),
    ...(host.signaturesOff ? ["require-sigs is off: the daemon takes closures that nobody signed"] : []),
    ...(asks && (host.account === null || !host.hasPassword)
      ? [`sudo will ask for a password and ${deployUser} has none: set one with passwd ${deployUser}`]
      : []),
    ...(sudo === "password" && host.sudoRule === "nopasswd"
      ? ["an existing rule lets sudo go without a password; bootstrap takes nothing away"]
      : []),
  ];
}
