/** The lab's package archive for tests: machines with old packages, and versions that appear while they are up. */
import { join } from "node:path";
import { ARCHIVE_CONTENTS } from "../../src/domain/lab/archive/contents.ts";
import type { ArchivePackage } from "../../src/domain/lab/archive/package.ts";
import { publishArchive } from "../../src/effects/lab/archive.ts";
import type { HostUnderTest } from "./activation.ts";
import type { LabRecord } from "./lab.ts";

/** Installs packages in the versions that stood at first (`name`, or `name=version`), by way of the real apt. */
export async function installOld(host: HostUnderTest, ...packages: readonly string[]): Promise<void> {
  const words = packages.map((name) => (name.includes("=") ? name : `${name}=1.0`)).join(" ");
  await host.sh(`apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ${words} >/dev/null`);
}

export const KERNEL_BEFORE = "linux-generic=6.8.0-31.31";

/** Puts further packages into the archive; whatever `without` names is no longer there. Undone by calling it with nothing. */
export async function publish(
  lab: LabRecord,
  more: readonly ArchivePackage[] = [],
  without: (pack: ArchivePackage) => boolean = () => false,
): Promise<void> {
  const place = { folder: join(lab.folder, "archive"), keyFile: join(lab.folder, "keys/archive-key.asc") };
  const published = await publishArchive(place, [...ARCHIVE_CONTENTS.filter((pack) => !without(pack)), ...more]);
  if (!published.ok) throw new Error(`${published.error.what}\n${published.error.detail}`);
}
