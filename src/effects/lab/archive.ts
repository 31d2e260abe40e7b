/** Builds the lab's package archive: packages with dpkg-deb, indexes with apt-ftparchive, signatures with gpg. */
import { chmod, copyFile, link, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ARCHIVE_CONTENTS } from "../../domain/lab/archive/contents.ts";
import { type ArchivePackage, controlText, debName, type Pocket, pockets } from "../../domain/lab/archive/package.ts";
import { ARCHIVE_KEYRING, releaseOptions } from "../../domain/lab/archive/release.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabArchive } from "../../ports/lab.ts";
import { run } from "./command.ts";
import { labFiles } from "./lab-files.ts";

/** @param folder the lab's state folder */
export const labArchive = (folder: string): LabArchive => ({
  publish(report) {
    report("building the package archive");
    const { archiveFolder, archiveKey } = labFiles(folder);
    return publishArchive({ folder: archiveFolder, keyFile: archiveKey }, ARCHIVE_CONTENTS);
  },
});

export interface ArchivePlace {
  /** Folder that machines see. */
  readonly folder: string;
  /** Private key; made when it is missing. */
  readonly keyFile: string;
}

/** Makes the archive hold these packages and no others. Machines that are up see it at their next `apt-get update`. */
export async function publishArchive(place: ArchivePlace, packages: readonly ArchivePackage[]): Promise<Result<void>> {
  const workshop = await mkdtemp(join(tmpdir(), "nixfleet-archive-"));
  try {
    await mkdir(place.folder, { recursive: true });
    await chmod(place.folder, 0o755);
    const built = await buildPackages(join(place.folder, "debs"), workshop, packages);
    if (!built.ok) return built;
    await layPools(place.folder, packages);
    const signing = await openKeyring(workshop, place);
    if (!signing.ok) return signing;
    for (const pocket of pockets) {
      const indexed = await indexPocket(place.folder, pocket, signing.value);
      if (!indexed.ok) return indexed;
    }
    return ok(undefined);
  } finally {
    await run(["gpgconf", "--homedir", join(workshop, "gnupg"), "--kill", "all"]);
    await rm(workshop, { recursive: true, force: true });
  }
}

/** A version that was built once stays as it is, so that its checksum does. */
async function buildPackages(
  debs: string,
  workshop: string,
  packages: readonly ArchivePackage[],
): Promise<Result<void>> {
  await mkdir(debs, { recursive: true, mode: 0o755 });
  for (const pack of packages) {
    const file = join(debs, debName(pack));
    if (await exists(file)) continue;
    const tree = await layTree(join(workshop, "tree"), pack);
    const built = await run(["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree, `${file}.new`]);
    if (!built.ok) return err(failed(`dpkg-deb made no ${pack.name}`, built.stderr));
    await rename(`${file}.new`, file);
  }
  return ok(undefined);
}

async function layTree(tree: string, pack: ArchivePackage): Promise<string> {
  await rm(tree, { recursive: true, force: true });
  const write = async (path: string, text: string, mode: number): Promise<void> => {
    await mkdir(dirname(join(tree, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(tree, path), text);
    await chmod(join(tree, path), mode);
  };
  await write("DEBIAN/control", controlText(pack), 0o644);
  for (const [path, text] of Object.entries(pack.files ?? {})) await write(path, text, 0o644);
  if (pack.conffiles !== undefined) await write("DEBIAN/conffiles", `${pack.conffiles.join("\n")}\n`, 0o644);
  if (pack.postinst !== undefined) await write("DEBIAN/postinst", `#!/bin/sh\nset -e\n${pack.postinst}`, 0o755);
  return tree;
}

async function layPools(folder: string, packages: readonly ArchivePackage[]): Promise<void> {
  for (const pocket of pockets) {
    const pool = join(folder, "pool", pocket);
    await rm(pool, { recursive: true, force: true });
    await mkdir(pool, { recursive: true, mode: 0o755 });
    for (const pack of packages.filter((candidate) => candidate.pockets.includes(pocket))) {
      const from = join(folder, "debs", debName(pack));
      await link(from, join(pool, debName(pack))).catch(() => copyFile(from, join(pool, debName(pack))));
    }
  }
}

/** Gives gpg's home folder with the archive's key in it, and puts the public half where machines look. */
async function openKeyring(workshop: string, { folder, keyFile }: ArchivePlace): Promise<Result<string>> {
  const home = join(workshop, "gnupg");
  await mkdir(home, { mode: 0o700 });
  const gpg = (...words: string[]) => run(["gpg", "--homedir", home, "--batch", "--quiet", "--yes", ...words]);
  if (await exists(keyFile)) {
    const imported = await gpg("--import", keyFile);
    if (!imported.ok) return err(failed("the archive's key cannot be read", imported.stderr));
  } else {
    const made = await gpg(
      "--passphrase",
      "",
      "--quick-generate-key",
      "NixFleet lab archive",
      "ed25519",
      "sign",
      "never",
    );
    if (!made.ok) return err(failed("gpg made no key for the archive", made.stderr));
    await writeFile(keyFile, "", { mode: 0o600 });
    await gpg("--armor", "--output", keyFile, "--export-secret-keys");
  }
  await gpg("--output", join(folder, ARCHIVE_KEYRING), "--export");
  await chmod(join(folder, ARCHIVE_KEYRING), 0o644);
  return ok(home);
}

/** Replaces Release and its signature together, so that apt never finds one without the other. */
async function indexPocket(folder: string, pocket: Pocket, gpgHome: string): Promise<Result<void>> {
  const suite = join(folder, "dists", pocket);
  const next = `${suite}.new`;
  await rm(next, { recursive: true, force: true });
  await mkdir(join(next, "main/binary-amd64"), { recursive: true, mode: 0o755 });
  const packages = await ftparchive(folder, ["packages", `pool/${pocket}`]);
  if (!packages.ok) return packages;
  await writeFile(join(next, "main/binary-amd64/Packages"), packages.value);
  const release = await ftparchive(folder, [...releaseOptions(pocket), "release", next]);
  if (!release.ok) return release;
  await writeFile(join(next, "Release"), release.value);
  const sign = ["gpg", "--homedir", gpgHome, "--batch", "--quiet", "--clearsign"] as const;
  const signed = await run([...sign, "--output", join(next, "InRelease"), join(next, "Release")]);
  if (!signed.ok) return err(failed("the archive cannot be signed", signed.stderr));
  await rm(suite, { recursive: true, force: true });
  await rename(next, suite);
  return ok(undefined);
}

async function ftparchive(folder: string, words: readonly string[]): Promise<Result<string>> {
  // Not by way of `run`, which cuts the last newline: checksums count every byte.
  const file = join(folder, "index.new");
  const made = await run([
    "sh",
    "-c",
    'cd "$1" && shift && exec apt-ftparchive "$@" >index.new',
    "sh",
    folder,
    ...words,
  ]);
  if (!made.ok) return err(failed("apt-ftparchive made no index", made.stderr));
  const text = await readFile(file, "utf8");
  await rm(file);
  return ok(text);
}

const failed = (what: string, detail: string) => failure("lab/archive-failed", what, { detail });

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
