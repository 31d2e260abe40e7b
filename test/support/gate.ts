/** A unit that keeps an activation from ending until the test opens a gate: what happens meanwhile needs no luck. */
import type { TestLab } from "./lab.ts";
import { onHost, until } from "./verbs.ts";

/** A module whose activation stops at the gate, each time that `version` changes; a boot goes through. */
export const gatedModule = (version: string | number): string => `{
  nixfleet.files."/etc/gated".text = "version ${version}\\n";
  nixfleet.systemd.units."gate.service".text = ''
    [Unit]
    Description=Gate ${version}
    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/bin/sh -c '[ "$(systemctl is-system-running)" != starting ] || exit 0; touch /run/gate-reached; until [ -e /run/gate-open ]; do sleep 0.1; done; rm -f /run/gate-open /run/gate-reached'
    [Install]
    WantedBy=multi-user.target
  '';
}
`;

/** Waits until the host's activation stands at the gate. */
export const gateReached = (lab: TestLab, name: string): Promise<void> =>
  until(`${name} reaches the gate`, async () => (await lab.ssh(name, "test -e /run/gate-reached")).code === 0);

/** Lets the activation go on, also one that has not come to the gate yet. */
export const openGate = (lab: TestLab, name: string): Promise<string> => onHost(lab, name, "touch /run/gate-open");

/** Waits until no activation lives on the host. */
export const activationOver = (lab: TestLab, name: string): Promise<void> =>
  until(
    `the activation on ${name} ends`,
    async () => (await lab.ssh(name, "systemctl is-active --quiet 'nixfleet-activate-*'")).code !== 0,
  );
