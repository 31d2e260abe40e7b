/** Writes docs/errors.md from the failure codes: node scripts/errors-page.ts */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorsPage } from "../src/cli/render/errors-page.ts";
import { failureCodes } from "../src/domain/outcome/failure-codes/index.ts";

writeFileSync(join(import.meta.dirname, "../docs/errors.md"), errorsPage(failureCodes));
