/** What there is on this machine without a project: programs, keys, the network, the lab. */
import { join } from "node:path";
import type { Lab } from "../../ports/lab.ts";
import type { LoginKeys } from "../../ports/login-keys.ts";
import type { Network } from "../../ports/network.ts";
import type { NewProjectPorts } from "../../ports/new-project.ts";
import type { SigningKeys } from "../../ports/signing-keys.ts";
import type { Workstation } from "../../ports/workstation.ts";
import type { CliContext } from "../context.ts";
import { cacheFolder, homeOf, stateFolder } from "./folders.ts";

type Place = Pick<CliContext, "cwd" | "env">;

export interface LabFolders {
  /** State folder as typed. */
  readonly state?: string;
  /** Cache folder as typed. */
  readonly cache?: string;
}

export async function wireLab({ cwd, env }: Place, folders: LabFolders): Promise<Lab> {
  const { createLab } = await import("../../effects/lab/lab.ts");
  return createLab({ cwd, env, folders });
}

/** The fleet's signing keys as files of this machine. */
export async function wireSigningKeys({ env }: Pick<CliContext, "env">): Promise<SigningKeys> {
  const { signingKeys } = await import("../../effects/nix/signing-keys.ts");
  return signingKeys(env);
}

export async function wireNetwork(): Promise<Network> {
  return (await import("../../effects/network/network.ts")).network;
}

/** Text of the program that prepares fresh hosts. */
export async function wireBootstrapProgram(): Promise<string> {
  return (await import("../../effects/host-program/program.ts")).bootstrapProgram();
}

/** Public SSH keys of whoever runs the CLI. */
export async function wireLoginKeys({ env }: Pick<CliContext, "env">): Promise<LoginKeys> {
  const { loginKeys } = await import("../../effects/ssh/login-keys.ts");
  return loginKeys(homeOf(env));
}

/** The programs of this machine. */
export async function wireWorkstation({ cwd, env }: Place): Promise<Workstation> {
  const { workstation } = await import("../../effects/machine/workstation.ts");
  return workstation(plainNixSettings(cwd, env));
}

/** What a new project in this folder (absolute) is made with. */
export async function wireNewProject({ cwd, env }: Place, folder: string): Promise<NewProjectPorts> {
  const { ownSource, sourceOf, templateTexts } = await import("../../effects/init/template.ts");
  const { newFolder } = await import("../../effects/init/new-folder.ts");
  const settings = plainNixSettings(folder, env);
  return {
    template: templateTexts,
    ownSource,
    sourceOf: (typed) => sourceOf(typed, cwd),
    folder: newFolder(folder, settings),
  };
}

/** For Nix without a fleet. */
const plainNixSettings = (projectRoot: string, env: CliContext["env"]) => ({
  projectRoot,
  cacheDir: join(cacheFolder(env), "nix"),
  stateDir: join(stateFolder(env), "nix"),
  env,
  overrides: [],
});
