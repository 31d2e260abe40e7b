import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderDiscovered } from "../../../src/cli/render/discovered.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import { parseTargets } from "../../../src/domain/discover/targets.ts";
import { network } from "../../../src/effects/network/network.ts";
import type { Network } from "../../../src/ports/network.ts";
import { discover } from "../../../src/workflows/discover.ts";
import { inventoryOf } from "../../support/inventory.ts";

const targets = (...words: string[]) => {
  const parsed = parseTargets(words);
  return parsed.ok ? parsed.value : parsed.error.code;
};

describe("where to look", () => {
  test("is a network without its own address and the broadcast address", () => {
    expect(targets("10.0.1.9/30")).toEqual(["10.0.1.9", "10.0.1.10"]);
    expect(targets("10.0.1.0/24")).toHaveLength(254);
    expect(targets("10.0.1.7/32")).toEqual(["10.0.1.7"]);
  });

  test("is a range, an address or a name, and nothing twice", () => {
    expect(targets("10.0.1.254-255", "10.0.1.254", "fd00::7", "web-1.example.org")).toEqual([
      ...["10.0.1.254", "10.0.1.255", "fd00::7", "web-1.example.org"],
    ]);
  });

  test.each(["10.0.1.256", "10.0.1.0/33", "10.0.1.9-3", "10.0.1", "-oProxyCommand=x", "10.0.0.0/16", ""])(
    "is not %j",
    (word) => expect(targets(word)).toBe("discover/bad-target"),
  );
});

describe("what answers", () => {
  const greetings: Readonly<Record<string, string>> = {
    "10.0.1.11": "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5",
    "10.0.1.12": "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3",
    "10.0.1.13": "SSH-2.0-OpenSSH_10.0",
  };
  const simulated: Network = {
    greeting: async (target) => greetings[target],
    nameOf: async (address) => (address === "10.0.1.12" ? "db-1.example.org" : undefined),
  };
  const inventory = inventoryOf("hosts:\n  web-1: { base: ubuntu, addr: 10.0.1.11 }\n");

  test("is told with its name in the inventory, or in the inventory's form when it is new", async () => {
    const places = parseTargets(["10.0.1.10-15"]);
    if (!places.ok) throw new Error(places.error.what);
    const request = { targets: places.value, port: 22, timeoutMs: 1_000, inventory };
    const found = await discover(request, simulated, new AbortController().signal);
    expect(renderDiscovered(found, places.value.length, plainStyle)).toBe(
      `ADDRESS    NAME              INVENTORY  ANSWERS
10.0.1.11  -                 web-1      SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5
10.0.1.12  db-1.example.org  new        SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3
10.0.1.13  -                 new        SSH-2.0-OpenSSH_10.0

3 SSH servers at 6 addresses

for the inventory:
hosts:
  db-1: { base: debian, addr: "10.0.1.12" }
  host-10-0-1-13: { base: nixos, addr: "10.0.1.13" }   # base is a guess
`,
    );
  });
});

describe("a port", () => {
  const servers: Server[] = [];
  const serverThatSays = (text: string): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer((socket) => socket.on("error", () => {}).write(text));
      servers.push(server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
    });
  let ssh: number;
  let chatty: number;
  let silent: number;
  beforeAll(async () => {
    ssh = await serverThatSays("a word before\r\nSSH-2.0-Test_1\r\n");
    chatty = await serverThatSays("x".repeat(100_000));
    silent = await serverThatSays("");
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });
  const look = (port: number, timeoutMs = 30_000) =>
    network.greeting("127.0.0.1", port, timeoutMs, new AbortController().signal);

  test("with an SSH server gives its greeting", async () => expect(await look(ssh)).toBe("SSH-2.0-Test_1"));
  test("that floods us gives nothing", async () => expect(await look(chatty)).toBeUndefined());
  test("that says nothing is left after its time", async () => expect(await look(silent, 50)).toBeUndefined());
});
