/** A closure of 200 MB to one host, against `nix copy --to ssh-ng://` and against a copy on this machine's disk. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHostName, parseStorePath, type StorePath } from "../src/domain/ids.ts";
import { createNixBuilder } from "../src/effects/nix/builder.ts";
import { createTransport } from "../src/effects/ssh/transport.ts";
import { realClock } from "../test/support/real-clock.ts";
import { costOf } from "./measuring/command.ts";
import { type LabFleet, withLabFleet } from "./measuring/lab-fleet.ts";
import { inTurn, least, median, ratio, report, time } from "./measuring/rounds.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const FILES = 100;
const FILE_BYTES = 2_000_000;

await withLabFleet(1, async ({ lab, project }) => {
  const nix = [project.env.NIXFLEET_NIX ?? "nix", "--extra-experimental-features", "nix-command"] as const;
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-bench-copy-"));
  const copies = join(folder, "copies");
  try {
    const path = addToStore(folder, nix);
    const host = parseHostName("lab-1");
    if (host === undefined) throw new Error("unreachable");
    const timed = (work: () => Promise<unknown>) => async () => {
      // sudo tells its command in the environment, and a path that a process names there is alive to Nix.
      const forgotten = await lab.ssh("lab-1", `sudo env -u SUDO_COMMAND nix-store --delete ${path} && sync`);
      if (forgotten.code !== 0) throw new Error(forgotten.stderr);
      rmSync(copies, { recursive: true, force: true });
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const sshNg = { NIX_SSHOPTS: `-F ${lab.sshConfig}` };
    const figures = await inTurn(
      {
        disk: timed(async () => cpSync(path, copies, { recursive: true })),
        sshNg: timed(() => costOf([...nix, "copy", "--to", "ssh-ng://lab-1", path], { env: sshNg })),
        ours: timed(() => copyOverConnection(lab, project, path)),
      },
      ROUNDS,
    );
    report([
      ["", "median", "fastest", "against ssh-ng", "against the disk"],
      row("copied on this disk", figures.disk, figures),
      row("nix copy --to ssh-ng://", figures.sshNg, figures),
      row("connect and copy", figures.ours, figures),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

type Figures = Readonly<Record<"disk" | "sshNg", readonly number[]>>;

function row(name: string, own: readonly number[], { disk, sshNg }: Figures): string[] {
  const middle = median(own);
  return [name, time(middle), time(least(own)), ratio(middle, median(sshNg)), ratio(middle, median(disk))];
}

/** Addressed by its content, so that no key plays a part; of random bytes, so that nothing compresses it. */
function addToStore(folder: string, [nix, ...options]: readonly [string, ...string[]]): StorePath {
  const source = join(folder, "closure-200mb");
  mkdirSync(source);
  for (let file = 0; file < FILES; file++) writeFileSync(join(source, `part-${file}`), randomBytes(FILE_BYTES));
  const added = execFileSync(nix, [...options, "store", "add-path", source], { encoding: "utf8" }).trim();
  const path = parseStorePath(added);
  if (path === undefined) throw new Error(`no store path: ${added}`);
  return path;
}

/** All that a user waits for: the connection, the forwarded socket, the copy. */
async function copyOverConnection(lab: LabFleet["lab"], { env }: LabFleet["project"], path: StorePath): Promise<void> {
  const { signal } = new AbortController();
  const host = parseHostName("lab-1");
  if (host === undefined) throw new Error("unreachable");
  const transport = createTransport({ clock: realClock, environment: env, sshConfig: lab.sshConfig });
  try {
    const connection = await transport.connect({ host, addresses: ["lab-1"], transport: "auto" }, signal);
    if (!connection.ok) throw new Error(connection.error.what);
    const socket = await connection.value.forwardUnix("/nix/var/nix/daemon-socket/socket");
    if (!socket.ok) throw new Error(socket.error.what);
    const settings = {
      projectRoot: "/",
      cacheDir: join(env.XDG_CACHE_HOME ?? "", "bench"),
      stateDir: "",
      env,
      overrides: [],
    };
    const copied = await createNixBuilder(settings).copy({
      host,
      paths: [path],
      socket: socket.value.localPath,
      signal,
    });
    if (!copied.ok) throw new Error(`${copied.error.what}\n${copied.error.detail}`);
  } finally {
    await transport.close();
  }
}
