/** The hosts of plan-thousand: prints the file of their addresses, and serves until standard input ends. */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeFleet } from "../../test/support/fake-ssh-fleet.ts";
import { factsOf, inspectionOf } from "./fleet.ts";

const names = Array.from({ length: Number(process.argv[2]) }, (_, index) => `web-n${index + 1}`);
const fleet = await startFakeFleet({
  names,
  answer: ({ host, args }) => ({ stdout: args[0] === "facts" ? factsOf(host) : inspectionOf() }),
});
const file = join(tmpdir(), `nixfleet-bench-addresses-${process.pid}.json`);
writeFileSync(file, JSON.stringify([...fleet.addresses]), { mode: 0o600 });
process.stdout.write(`${file}\n`);
process.stdin.resume().on("end", async () => {
  rmSync(file, { force: true });
  await fleet.stop();
});
