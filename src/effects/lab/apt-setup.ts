/** Reads how this machine fetches packages, so that the image is fetched the same way. */
import { APT_TARGET_FORMAT, fetchSettings, imageSources, parseAptTargets } from "../../domain/lab/apt-sources.ts";
import { run } from "./command.ts";
import { osRelease } from "./os-release.ts";

export interface AptSetup {
  /** `deb` lines; empty to leave the choice to mmdebstrap. */
  readonly sources: readonly string[];
  /** Lines of apt configuration. */
  readonly settings: readonly string[];
}

export async function aptSetup(suite: string, mirror: string | undefined): Promise<AptSetup> {
  const [targets, dump, os] = await Promise.all([
    run(["apt-get", "indextargets", "--format", APT_TARGET_FORMAT, "Created-By: Packages"]),
    run(["apt-config", "dump"]),
    osRelease(),
  ]);
  const outside = { id: os.ID ?? "", codename: os.VERSION_CODENAME ?? "" };
  return {
    sources: imageSources(suite, outside, parseAptTargets(targets.stdout), mirror),
    settings: fetchSettings(dump.stdout),
  };
}
