/** The host program's verbs for updates on a lab machine, as the CLI calls them. */
import { expect } from "vitest";
import { manifestOverlay, policyOverlay } from "../../../src/domain/apt/overlay.ts";
import { type HostUpdates, parseUpdates } from "../../../src/domain/apt/updates.ts";
import { judgeOsUpdate, type OsUpdateReport } from "../../../src/domain/host/os-update.ts";
import { osUpdateCommand, updatesCommand } from "../../../src/domain/host/os-verbs.ts";
import type { HostCommand } from "../../../src/domain/host/verbs.ts";
import type { RunId } from "../../../src/domain/ids.ts";
import type { Phasing, Repair } from "../../../src/domain/os-update/policy.ts";
import { type HostUnderTest, nextRunId } from "../activation.ts";

const noble = { id: "ubuntu", codename: "noble" };
export const SECURITY = { distribution: noble, selection: "security", holds: [], pins: {} } as const;
export const FULL = { ...SECURITY, selection: "full" } as const;
type Policy = Parameters<typeof policyOverlay>[0];

/** What the host says of its updates, with indexes fetched anew. */
export async function updatesOf(
  host: HostUnderTest,
  policy: Policy = SECURITY,
  phasing: Phasing = "always",
): Promise<HostUpdates> {
  const command = updatesCommand({
    refresh: true,
    phasing,
    chosen: policyOverlay(policy),
    security: policyOverlay(SECURITY),
  });
  const answer = await host.verb(["updates", ...command.args], { payload: payloadOf(command) });
  const parsed = parseUpdates(answer.records);
  if (!parsed.ok) throw new Error(`${parsed.error.what}: ${parsed.error.found}`);
  return parsed.value;
}

/** `name version` of each package that would be installed, sorted. */
export const chosenOn = async (host: HostUnderTest, policy?: Policy, phasing?: Phasing): Promise<string[]> =>
  (await updatesOf(host, policy, phasing)).chosen.installs.map(({ name, to }) => `${name} ${to}`).sort();

export interface InstallWishes {
  readonly run?: string;
  readonly repair?: Repair;
  readonly staleIndexes?: "fail" | "warn";
  readonly killAt?: string;
}

/** Installs `name from to` triples under the run's lock, as the CLI does. */
export async function installApproved(
  host: HostUnderTest,
  triples: readonly string[],
  { run: typed, repair = "never", staleIndexes = "fail", killAt }: InstallWishes = {},
): Promise<OsUpdateReport & { readonly code: number }> {
  const run = (typed ?? nextRunId()) as RunId;
  const approved = triples.map((triple) => {
    const [name = "", from = "", to = ""] = triple.split(" ");
    return { name, from: from === "-" ? null : from, to };
  });
  const overlay = manifestOverlay(approved);
  const command = osUpdateCommand({ run, owner: "tester", repair, staleIndexes, phasing: "always", overlay, approved });
  await host.verb(["lock", "acquire", run, "tester", "600", "test", "-"]);
  const options = killAt === undefined ? {} : { killAt };
  const answer = await host.verb(["os-update", ...command.args], { payload: payloadOf(command), ...options });
  await host.verb(["lock", "release", run]);
  return { ...judgeOsUpdate(answer.records, answer.code), code: answer.code };
}

/** Version and state, such as `1.1 ii `. */
export const versionOn = (host: HostUnderTest, name: string): Promise<string> =>
  host.sh(`dpkg-query -W -f '\${Version} \${db:Status-Abbrev}' ${name}`);

/** The brackets keep pgrep from finding the shell that asks. */
export const slowScriptRuns = (host: HostUnderTest): Promise<void> =>
  expect.poll(() => host.sh("pgrep -f '[n]f-slow.postinst' || true"), { timeout: 60_000 }).not.toBe("");

/** What the updates of this host wrote so far. */
export const updateLogs = (host: HostUnderTest): Promise<string> =>
  host.sh("cat /var/lib/nixfleet/runs/*.os/log 2>/dev/null || true");

const payloadOf = ({ payload }: HostCommand): string => Buffer.from(payload).toString();
