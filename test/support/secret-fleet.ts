/** A fleet project with secrets: an identity, recipients, and encrypted files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { encryptAge } from "../../src/effects/secrets/age.ts";
import { type FleetProject, layFleetProject, type ProjectWishes } from "./fleet-project.ts";
import { type LabRecord, type TestLab, useLab } from "./lab.ts";

export interface SecretFleet extends FleetProject {
  /** The public key that files are encrypted to. */
  readonly recipient: string;
  readonly identityFile: string;
  /** Encrypts a value into secrets/lab/NAME.age and commits. */
  keep(name: string, value: string): Promise<void>;
  /** Both outputs of a command that has to end with 0. */
  succeed(...words: string[]): Promise<string>;
}

export const laySecretFleet = (lab: LabRecord, wishes: ProjectWishes): Promise<SecretFleet> =>
  withSecrets(layFleetProject(lab, wishes));

/** The same project, with an identity and recipients. */
export async function withSecrets(project: FleetProject): Promise<SecretFleet> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const identityFile = join(dirname(project.folder), "identity");
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 });
  Object.assign(project.env, { NIXFLEET_IDENTITY: identityFile });
  mkdirSync(join(project.folder, "secrets", "lab"), { recursive: true });
  project.write("secrets/recipients.yaml", `people:\n  operator: ${recipient}\n`);
  return {
    ...project,
    recipient,
    identityFile,
    async keep(name, value) {
      const encrypted = await encryptAge(Buffer.from(value), [recipient]);
      if (!encrypted.ok) throw new Error(encrypted.error.what);
      writeFileSync(join(project.folder, "secrets", "lab", `${name}.age`), encrypted.value);
      project.commit();
    },
    async succeed(...words) {
      const answer = await project.nixfleet(...words);
      if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
      return answer.stdout + answer.stderr;
    },
  };
}

/** What a script prints that root runs on the machine; it has to succeed. */
export async function rootOn(lab: TestLab, name: string, script: string): Promise<string> {
  const answer = await lab.ssh(name, `sudo sh -c '${script.replaceAll("'", "'\\''")}'`);
  if (answer.code !== 0) throw new Error(`${name}: ${script}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

/** A machine of each base with the role below. */
export async function readerFleet(): Promise<{ lab: TestLab; fleet: SecretFleet; onAll: OnAll }> {
  const lab = await useLab({ hosts: READERS.length, shape: ["lab-1=nixos", "lab-2=ubuntu"] });
  const hosts = Object.fromEntries(READERS.map((name) => [name, { roles: ["reader"], confirmWithin: "20s" }]));
  const fleet = await laySecretFleet(lab, { hosts });
  setReader(fleet);
  return { lab, fleet, onAll: (script) => Promise.all(READERS.map((name) => rootOn(lab, name, script))) };
}

/** A script as root on all machines at once. */
export type OnAll = (script: string) => Promise<readonly string[]>;

/** `lab-1` is NixOS-shaped, `lab-2` Ubuntu-shaped. */
export const READERS = ["lab-1", "lab-2"];

/** The same answer from every machine. */
export const everywhere = (value: string): readonly string[] => READERS.map(() => value);

/** The role of the machines from now on, committed. @param secret more attributes of the secret @param more more options */
export function setReader(fleet: FleetProject, { secret = "", more = "", start = "true" } = {}): void {
  fleet.write("modules/reader.nix", readerRole(secret, more, start));
  fleet.commit();
}

/** For hosts of every base: `reader.service` reads the secret `token` when it starts; `bystander.service` has none. */
const readerRole = (secret: string, more: string, start: string): string => `{ pkgs, ... }: {
  nixfleet.users.svc = { system = true; uid = 491; group = "svc"; };
  nixfleet.groups.svc.system = true;
  nixfleet.secrets.token = { owner = "svc"; restartUnits = [ "reader.service" ]; ${secret} };
  nixfleet.systemd.units."reader.service".text = ''
    [Service]
    User=svc
    ExecStart=\${pkgs.busybox}/bin/sh -c 'read -r token </run/nixfleet-secrets/token || true; ${start} && exec \${pkgs.busybox}/bin/sleep 99999'
    [Install]
    WantedBy=multi-user.target
  '';
  nixfleet.systemd.units."bystander.service".text = ''
    [Service]
    ExecStart=\${pkgs.busybox}/bin/sleep 99999
    [Install]
    WantedBy=multi-user.target
  '';
  ${more}
}
`;
