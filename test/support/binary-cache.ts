/** A binary cache for a lab's machines: a folder that Nix fills, served over HTTP on the lab's bridge. It can misbehave. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import type { TestLab } from "./lab.ts";
import { onHost } from "./verbs.ts";

/** "missing" has nothing, "garbage" answers a login page to everything, "torn" does so for the contents alone. */
export type CacheManner = "well" | "missing" | "garbage" | "torn" | "broken";

export interface TestCache {
  /** For `--push`. */
  readonly folderUrl: string;
  /** For hosts and for `fleet.cache`. */
  readonly url: string;
  manner: CacheManner;
  /** Paths that were asked for and found, since the last time this was called. */
  served(): readonly string[];
  /** Makes the machine's daemon ask this cache, and no other. */
  offerTo(lab: TestLab, name: string): Promise<void>;
  close(): Promise<void>;
}

/** @param lab the address is the one by which its machines reach this machine */
export async function openTestCache(lab: TestLab): Promise<TestCache> {
  const folder = await mkdtemp(join(tmpdir(), "nixfleet-cache-"));
  const [address = ""] = (await lab.ssh(lab.machines[0]?.name ?? "", "echo $SSH_CONNECTION")).stdout.split(" ");
  let served: string[] = [];
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURI(request.url ?? "/"));
    const isContent = path.startsWith("/nar/");
    const { manner } = cache;
    if (manner === "broken") return void response.writeHead(500).end();
    if (manner === "garbage" && path !== "/nix-cache-info") return void response.end("<html>log in, please</html>");
    if (manner === "torn" && isContent) return void response.end("<html>log in, please</html>");
    const file = join(folder, path);
    const found = await stat(file).catch(() => undefined);
    const hidden = manner === "missing" && path !== "/nix-cache-info";
    if (found?.isFile() !== true || hidden) return void response.writeHead(404).end();
    served.push(path);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const cache: TestCache = {
    folderUrl: `file://${folder}`,
    url: `http://${address}:${port}`,
    manner: "well",
    served() {
      const before = served;
      served = [];
      return before;
    },
    async offerTo(ofLab, name) {
      const settings = `sed -i '/^substituters/d' /etc/nix/nix.conf; echo 'substituters = ${cache.url}' >>/etc/nix/nix.conf`;
      // What a daemon once heard of a cache it believes for an hour.
      const forget = "rm -f /root/.cache/nix/binary-cache-v*.sqlite*";
      await onHost(ofLab, name, `${settings}; ${forget}; systemctl restart nix-daemon.service`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return cache;
}
