/** The lab's image and Nix, also without any machine. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, LabImage, Report } from "../../ports/lab.ts";

export interface ImageRequest {
  readonly installDeps: boolean;
  readonly forgetImage: boolean;
  readonly mirror?: string;
  /** The lab is to have a package archive. */
  readonly archive?: true;
  /** Some machines are to be bare. */
  readonly bare?: boolean;
  /** Some machines are to be of the suite sid. */
  readonly sid?: boolean;
}

/** Checks and completes what this machine needs, then builds the image unless the cache has it. */
export async function prepareImage(lab: Lab, request: ImageRequest, report: Report): Promise<Result<LabImage>> {
  const fit = await lab.preconditions.check();
  if (!fit.ok) return fit;
  const packages = await completePackages(lab, request, report);
  if (!packages.ok) return packages;
  if (request.forgetImage) await lab.images.forget();
  const { mirror, bare = false, sid = false } = request;
  return await lab.images.ensure({ bare, sid, ...(mirror === undefined ? {} : { mirror }) }, report);
}

async function completePackages(lab: Lab, request: ImageRequest, report: Report): Promise<Result<void>> {
  const missing = await lab.preconditions.missingPackages({ archive: request.archive === true });
  if (missing.length === 0) return ok(undefined);
  if (request.installDeps) {
    report(`installing ${missing.join(" ")}`);
    return await lab.preconditions.install(missing, report);
  }
  return err(
    failure("lab/missing-packages", "the lab needs packages that are not installed", {
      expected: "these Debian packages installed",
      found: `missing: ${missing.join(" ")}`,
      next: `run it again with --install-deps, or: apt-get install ${missing.join(" ")}`,
    }),
  );
}
