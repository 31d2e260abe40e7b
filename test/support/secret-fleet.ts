/** A fleet project with secrets: an identity, recipients, and encrypted files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { encryptAge } from "../../src/effects/secrets/age.ts";
import { type FleetProject, layFleetProject, type ProjectWishes } from "./fleet-project.ts";
import type { LabRecord } from "./lab.ts";

export interface SecretFleet extends FleetProject {
  /** The public key that files are encrypted to. */
  readonly recipient: string;
  readonly identityFile: string;
  /** Encrypts a value into secrets/lab/NAME.age and commits. */
  keep(name: string, value: string): Promise<void>;
}

export async function laySecretFleet(lab: LabRecord, wishes: ProjectWishes): Promise<SecretFleet> {
  const project = layFleetProject(lab, wishes);
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
  };
}

export const readerUnit = `{ ... }: {
  nixfleet.users.svc = { system = true; group = "svc"; };
  nixfleet.groups.svc.system = true;
  nixfleet.secrets.token = { owner = "svc"; restartUnits = [ "reader.service" ]; };
  nixfleet.systemd.units."reader.service".text = ''
    [Service]
    User=svc
    ExecStart=/bin/sh -c 'cat /run/nixfleet-secrets/token >/dev/null && exec sleep infinity'
    [Install]
    WantedBy=multi-user.target
  '';
  nixfleet.systemd.units."bystander.service".text = ''
    [Service]
    ExecStart=/bin/sleep infinity
    [Install]
    WantedBy=multi-user.target
  '';
}
`;
