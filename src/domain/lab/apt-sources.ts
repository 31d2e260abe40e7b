/** Where the image's packages come from: the machine's own apt configuration, pointed at the image's suite. */

/** One package index that apt knows, as `apt-get indextargets` prints it. */
export interface AptTarget {
  readonly uri: string;
  /** Suite or codename as written in the source, such as `bookworm-updates`. */
  readonly release: string;
}

export interface OutsideSystem {
  /** `ID` of os-release. */
  readonly id: string;
  /** `VERSION_CODENAME` of os-release. */
  readonly codename: string;
}

export const APT_TARGET_FORMAT = "$(REPO_URI) $(RELEASE)";

/** Reads what apt prints for APT_TARGET_FORMAT. */
export function parseAptTargets(output: string): AptTarget[] {
  return output.split("\n").flatMap((line) => {
    const [uri, release] = line.trim().split(/\s+/);
    return uri === undefined || release === undefined ? [] : [{ uri, release }];
  });
}

/**
 * The `deb` lines for the image. On Debian they follow the machine's own sources, so mirrors stay in use; elsewhere
 * there is nothing to follow and the list is empty, which lets mmdebstrap take its own default.
 */
export function imageSources(
  suite: string,
  outside: OutsideSystem,
  targets: readonly AptTarget[],
  mirror?: string,
): string[] {
  if (mirror !== undefined) return [debLine(mirror, suite)];
  if (outside.id !== "debian") return [];
  const lines = targets.flatMap(({ uri, release }) => {
    const pocket = pocketOf(release, outside.codename);
    // Unstable has no pockets.
    return pocket === undefined || (suite === "sid" && pocket !== "") ? [] : [debLine(uri, `${suite}${pocket}`)];
  });
  return lines.some((line) => line.endsWith(` ${suite} main`)) ? [...new Set(lines)] : [];
}

/** The settings of `apt-config dump` that decide how packages are fetched: proxies, certificates, clocks. */
export function fetchSettings(dump: string): string[] {
  return dump.split("\n").filter((line) => FETCH_SETTING.test(line));
}

const FETCH_SETTING = /^Acquire::(?:(?:http|https)::\S*|Check-Valid-Until|Check-Date|Retries|ForceIPv[46]) "[^"]+";$/;

const POCKETS = ["", "-updates", "-security"];

function pocketOf(release: string, codename: string): string | undefined {
  return POCKETS.find((pocket) => release === `${codename}${pocket}` || release === `stable${pocket}`);
}

const debLine = (uri: string, release: string): string => `deb ${uri} ${release} main`;
