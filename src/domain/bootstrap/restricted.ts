/** What bootstrap does for a host with `access: restricted`: one program, one rule of sudo, and keys of its own to believe. */
import { ENTRY } from "../host/entry.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { FreshHost } from "./look.ts";
import { type BootstrapStep, type HostPreparation, there, todo } from "./step.ts";
import type { BootstrapWishes } from "./wishes.ts";

/** Whoever is in one of them is root in one step more. */
const ROOT_GROUPS: ReadonlySet<string> = new Set(["root", "docker", "lxd", "incus-admin", "disk", "shadow", "libvirt"]);

/** Why the promise could not be kept here. */
export function unrestrictable(host: FreshHost, { deployUser }: BootstrapWishes): Failure | undefined {
  const refuse = (what: string, next: string) => failure("bootstrap/unsupported", what, { next });
  if (deployUser === "root") return refuse("root cannot be restricted", "set user in the inventory to another account");
  if (host.restricted.problem !== null)
    return refuse(host.restricted.problem, "correct it on the host, then run the command again");
  if (host.trustedUser)
    return refuse(
      `${deployUser} is a trusted user of the Nix daemon, which is as good as root`,
      "take it out of trusted-users in nix.conf",
    );
  const [group] = host.restricted.groups.filter((name) => ROOT_GROUPS.has(name));
  if (group === undefined) return undefined;
  return refuse(
    `${deployUser} is in the group ${group}, which is as good as root`,
    `gpasswd -d ${deployUser} ${group}`,
  );
}

export const restrictedSteps = (host: FreshHost, wishes: BootstrapWishes): readonly BootstrapStep[] => [
  program(host),
  fleet(host, wishes),
  rule(host, wishes),
];

/** Accounts, keys and rules are its configuration's; only what no configuration has yet is installed. */
export function planRestrictedNixos(host: FreshHost, wishes: BootstrapWishes): Result<HostPreparation> {
  if (!host.sudoEntry || host.otherRules.length > 0) {
    return err(
      failure("bootstrap/unsupported", "the host's configuration does not restrict the deploy account", {
        expected: `one rule of sudo for ${wishes.deployUser}: NOPASSWD: ${ENTRY}`,
        found: host.otherRules.join("; ") || "no rule",
        next: "set security.sudo.extraRules there as docs/trust.md shows, then run the command again",
      }),
    );
  }
  return ok({ steps: restrictedSteps(host, wishes), notes: [] });
}

const program = ({ restricted }: FreshHost): BootstrapStep =>
  restricted.program
    ? there("program", `${ENTRY} is root's alone`)
    : todo("program", `install this version of NixFleet's program, root's alone: ${ENTRY}`);

function fleet({ restricted }: FreshHost, { publicKeys, host }: BootstrapWishes): BootstrapStep {
  const names = publicKeys.map((key) => key.split(":")[0]).join(", ");
  return restricted.fleet
    ? there("fleet", `the host knows itself as ${host} and believes ${names}`)
    : todo("fleet", `let the host know itself as ${host} and believe ${names}: /etc/nixfleet`);
}

function rule({ sudoEntry, otherRules }: FreshHost, { deployUser }: BootstrapWishes): BootstrapStep {
  const what = `${deployUser} may call NixFleet's program by sudo, and nothing else`;
  if (sudoEntry && otherRules.length === 0) return there("sudo", what);
  const now = otherRules.length === 0 ? "" : `; now: ${otherRules.join("; ")}`;
  return todo("sudo", `${what}: /etc/sudoers.d/nixfleet-${deployUser}${now}`);
}
