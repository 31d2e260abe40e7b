/** Debian's own packages for lab machines, which reach no archive of Debian: fetched once, with all that the image lacks for them. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ARCHIVE_MOUNT } from "../../src/domain/lab/archive/release.ts";
import { imageName, USUAL_SUITE } from "../../src/domain/lab/image-recipe.ts";
import { aptSetup } from "../../src/effects/lab/apt-setup.ts";
import type { HostUnderTest } from "./activation.ts";
import type { LabRecord } from "./lab.ts";

const CACHE = "/var/cache/nixfleet";
/** Where a lab with an archive shows it to its machines. */
const SHOWN = `${ARCHIVE_MOUNT}/debian-packages`;

/** Installs a package of Debian on a machine of a lab with the archive. */
export async function installDebian(lab: LabRecord, host: HostUnderTest, name: string): Promise<void> {
  const shown = join(lab.folder, "archive/debian-packages", name);
  if (!existsSync(shown)) await cp(await fetched(name), shown, { recursive: true });
  await host.sh(`DEBIAN_FRONTEND=noninteractive dpkg --install ${SHOWN}/${name}/*.deb >/dev/null`);
}

/** The folder with its files: those that the image has already are left out. */
async function fetched(name: string): Promise<string> {
  const image = imageName();
  const folder = join(CACHE, `packages-${image}`, name);
  if (existsSync(folder)) return folder;
  const workshop = `${folder}-${process.pid}`;
  for (const part of ["lists/partial", "cache/archives/partial"])
    await mkdir(join(workshop, part), { recursive: true });
  const { sources, settings } = await aptSetup(USUAL_SUITE, undefined);
  const config = join(workshop, "apt.conf");
  await writeFile(join(workshop, "sources.list"), sources.map((line) => `${line}\n`).join(""));
  const places = {
    "Dir::State::status": join(CACHE, "lab", image, "var/lib/dpkg/status"),
    "Dir::State::Lists": join(workshop, "lists"),
    "Dir::Cache": join(workshop, "cache"),
    "Dir::Etc::SourceList": join(workshop, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::Etc::Preferences": "/dev/null",
    "Dir::Etc::PreferencesParts": "/dev/null",
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true",
  };
  const lines = Object.entries(places).map(([key, value]) => `${key} "${value}";`);
  await writeFile(config, [...settings, ...lines, ""].join("\n"));
  const env = { APT_CONFIG: config, LC_ALL: "C.UTF-8" };
  await execa("apt-get", ["update", "-q"], { env });
  await execa("apt-get", ["install", "-q", "-y", "--download-only", "--no-install-recommends", name], { env });
  const archives = join(workshop, "cache/archives");
  await rm(join(archives, "partial"), { recursive: true });
  if ((await readdir(archives)).length === 0) throw new Error(`apt fetched nothing for ${name}`);
  await rename(archives, folder);
  await rm(workshop, { recursive: true });
  return folder;
}
