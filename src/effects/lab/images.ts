/** Builds the lab's image with mmdebstrap, once, and keeps it in the cache. */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BARE_CUSTOMIZE, bareImageName } from "../../domain/lab/bare-recipe.ts";
import {
  CUSTOMIZE,
  DPKG_OPTIONS,
  IMAGE_PACKAGES,
  imageName,
  type Suite,
  USUAL_SUITE,
} from "../../domain/lab/image-recipe.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { ImageWishes, LabImage, LabImages, Report } from "../../ports/lab.ts";
import { aptSetup } from "./apt-setup.ts";
import { runShowing } from "./command.ts";
import { diesWithUs } from "./dies-with-us.ts";
import { takeLock } from "./lock.ts";
import { installNixCommands, nixBinDir } from "./nix-commands.ts";

/** @param cache absolute path of the cache folder */
export const labImages = (cache: string): LabImages => ({
  ensure: (options, report) => ensure(cache, options, report),
  sweep: () => sweep(cache),
  forget: () => rm(cache, { recursive: true, force: true }),
});

const BUILDING = "building-";

async function ensure(cache: string, options: ImageWishes, report: Report): Promise<Result<LabImage>> {
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const common: Recipe = { root: join(cache, imageName()), customize: CUSTOMIZE, suite: USUAL_SUITE };
  const bare: Recipe = { ...common, root: join(cache, bareImageName()), customize: BARE_CUSTOMIZE };
  const sid: Recipe = { ...common, root: join(cache, imageName(CUSTOMIZE, "sid")), suite: "sid" };
  const lock = await takeLock(join(cache, "lock"), true);
  try {
    const present = await exists(common.root);
    for (const recipe of [common, ...(options.bare === true ? [bare] : []), ...(options.sid === true ? [sid] : [])]) {
      const built = await buildUnlessThere(cache, recipe, options.mirror, report);
      if (!built.ok) return built;
    }
    const binDir = await installNixCommands(cache, common.root, USUAL_SUITE);
    if (options.sid === true) await installNixCommands(cache, sid.root, "sid");
    const roots = { root: common.root, bare: bare.root, sid: sid.root };
    return ok({ ...roots, binDir, sidBinDir: nixBinDir(cache, "sid"), built: !present });
  } finally {
    await lock?.release();
  }
}

interface Recipe {
  /** Where the image lies when it is there. */
  readonly root: string;
  readonly customize: string;
  readonly suite: Suite;
}

async function buildUnlessThere(
  cache: string,
  recipe: Recipe,
  mirror: string | undefined,
  report: Report,
): Promise<Result<void>> {
  if (await exists(recipe.root)) return ok(undefined);
  if (recipe.suite !== USUAL_SUITE) report(`building the image of ${recipe.suite}`);
  if (recipe.customize === BARE_CUSTOMIZE) report("building the image of bare machines");
  return build(cache, recipe, mirror, report);
}

/** Builds beside and renames into place: a folder with the image's name is always whole. */
async function build(cache: string, image: Recipe, mirror: string | undefined, report: Report): Promise<Result<void>> {
  // Under the lock nobody else builds, so whatever half-made folder lies here is an orphan.
  await removeHalfMade(cache);
  const workshop = join(cache, `${BUILDING}${process.pid}`);
  await mkdir(workshop, { mode: 0o755 });
  const customize = join(workshop, "customize.sh");
  await writeFile(customize, image.customize, { mode: 0o755 });
  const argv = mmdebstrap(image.suite, await aptSetup(image.suite, mirror), customize, join(workshop, "root"));
  const { ok: built, log } = await runShowing(diesWithUs(argv), (line) => report(line.replace(/^I: /, "")));
  if (!built) {
    await rm(workshop, { recursive: true, force: true });
    return err(failure("lab/image-failed", "building the lab's image failed", { detail: tail(log, 20) }));
  }
  await rename(join(workshop, "root"), image.root);
  await rm(workshop, { recursive: true, force: true });
  return ok(undefined);
}

function mmdebstrap(
  suite: Suite,
  apt: { readonly sources: readonly string[]; readonly settings: readonly string[] },
  customize: string,
  target: string,
): string[] {
  return [
    "mmdebstrap",
    "--mode=root",
    "--variant=minbase",
    `--include=${IMAGE_PACKAGES.join(",")}`,
    ...apt.settings.map((setting) => `--aptopt=${setting}`),
    ...DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`),
    `--customize-hook=${customize}`,
    suite,
    target,
    ...apt.sources,
  ];
}

async function sweep(cache: string): Promise<void> {
  if (!(await exists(cache))) return;
  const lock = await takeLock(join(cache, "lock"), false);
  if (lock === undefined) return;
  await removeHalfMade(cache);
  await lock.release();
}

async function removeHalfMade(cache: string): Promise<void> {
  const halfMade = (await readdir(cache)).filter((name) => name.startsWith(BUILDING));
  await Promise.all(halfMade.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const tail = (log: string, lines: number): string => log.trimEnd().split("\n").slice(-lines).join("\n");
