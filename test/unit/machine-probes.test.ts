import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkProbes } from "../../src/effects/machine/probes.ts";

let server: Server;
let port: number;
const limits = { timeoutMs: 5_000, signal: new AbortController().signal };

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/silent") return;
    response.writeHead(request.url === "/moved" ? 301 : 503, { location: "/elsewhere" }).end("no");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("tell the status as it comes, and follow nowhere", async () => {
  expect(await networkProbes.http(`http://127.0.0.1:${port}/`, limits)).toEqual({ answer: 503 });
  expect(await networkProbes.http(`http://127.0.0.1:${port}/moved`, limits)).toEqual({ answer: 301 });
});

test("end at their time, and when nobody waits any more", async () => {
  const silent = `http://127.0.0.1:${port}/silent`;
  expect(await networkProbes.http(silent, { ...limits, timeoutMs: 50 })).toEqual({
    trouble: "no answer within 0.05 s",
  });
  const gone = AbortSignal.abort();
  expect(await networkProbes.http(silent, { ...limits, signal: gone })).toMatchObject({ trouble: expect.any(String) });
  expect(await networkProbes.tcp("127.0.0.1", port, { ...limits, signal: gone })).toMatchObject({
    trouble: expect.any(String),
  });
});

test("say why there is no answer", async () => {
  const closed = await networkProbes.http("http://127.0.0.1:1/", limits);
  expect(closed).toMatchObject({ trouble: expect.stringMatching(/ECONNREFUSED/) });
  expect(await networkProbes.tcp("127.0.0.1", 1, limits)).toMatchObject({
    trouble: expect.stringContaining("ECONNREFUSED"),
  });
  expect(await networkProbes.tcp("127.0.0.1", port, limits)).toEqual({ answer: true });
});
