/** What each of many like hosts has, and what it should have: 20 files, 4 units, 3 packages, of which one file changes. */
import { aStorePath, plainFacts } from "../../test/support/host-answer.ts";
import { managedFile, managedUnit, manifest, sha } from "../../test/support/plan-builders.ts";

const paths = Array.from({ length: 20 }, (_, index) => `/etc/app/part-${index + 10}.conf`);
const units = ["app.service", "app-worker.service", "app-clean.service", "app-clean.timer"];
const packages = ["nginx", "postgresql", "openssl"].map((name) => ({ name, version: "1.0", path: aStorePath("c") }));
export const CHANGING = "/etc/app/part-10.conf";
export const OLD_TEXT = "workers 1\n".repeat(100);
export const NEW_TEXT = `${OLD_TEXT}workers 2\n`;

const asItIs = (name: string) =>
  manifest({
    host: name,
    files: paths.map((path) => managedFile(path, { restartUnits: ["app.service"] })),
    units: units.map((unit) => managedUnit(unit)),
    packages,
  });

export const asItShouldBe = (name: string) => ({
  ...asItIs(name),
  files: paths.map((path) =>
    managedFile(path, { restartUnits: ["app.service"], ...(path === CHANGING ? { sha256: sha("b") } : {}) }),
  ),
});

export const factsOf = (name: string): string =>
  answer({
    ...plainFacts,
    hostname: name,
    "owned.file": paths.map((path) => `${path}\t${sha("a")}\t${sha("a")}\t0644 root root\t0644 root root`).join("\n"),
    "owned.unit": units.map((unit) => `${unit}\t${sha("a")}\t${sha("a")}\tenabled\tactive\tenabled`).join("\n"),
    disk: "/nix\t9000000000\t2000000\t30000000000\n/\t9000000000\t2000000\t30000000000",
  });

export const inspectionOf = (): string =>
  answer({
    content: [`${aStorePath("a")}/manifest.json\n${JSON.stringify(asItIs("web-1"))}`, `${CHANGING}\n${OLD_TEXT}`],
  });

function answer(fields: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const records = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((text) => [name, text]),
  );
  return [...records, ["end", "0"]]
    .map(([name, text = ""]) => `NF1 ${name} ${Buffer.byteLength(text)}\n${text}\n`)
    .join("");
}
