/** A FleetLock server, written from the protocol: answers as airlock does, and as poseidon/fleetlock where those differ. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeFleetLock {
  readonly base: string;
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  /** Bodies and headers as they came. */
  readonly requests: readonly { readonly path: string; readonly header: string | undefined; readonly body: unknown }[];
  /** The next requests are answered so, in place of the protocol. */
  answerWith(status: number, body: string): void;
  close(): Promise<void>;
}

export async function fakeFleetLock(slots: number): Promise<FakeFleetLock> {
  const groups = new Map<string, Set<string>>();
  const requests: FakeFleetLock["requests"][number][] = [];
  let forced: { readonly status: number; readonly body: string } | undefined;
  const decide = (path: string, header: string | undefined, body: unknown): { status: number; body?: object } => {
    if (header !== "true") return { status: 400, body: { kind: "missing_header", value: "fleet-lock-protocol" } };
    const { id, group } = (body as { client_params?: { id?: string; group?: string } }).client_params ?? {};
    if (!id || !group) return { status: 400, body: { kind: "invalid_client_identity", value: "id and group" } };
    if (!/^[a-zA-Z0-9.-]+$/.test(group)) return { status: 400, body: { kind: "unknown_group", value: group } };
    const held = groups.get(group) ?? new Set<string>();
    groups.set(group, held);
    if (path === "/v1/steady-state") {
      held.delete(id);
      return { status: 200 };
    }
    if (path !== "/v1/pre-reboot") return { status: 404 };
    if (held.has(id) || held.size < slots) {
      held.add(id);
      return { status: 200 };
    }
    return { status: 500, body: { kind: "failed_lock", value: `all ${slots} semaphore slots currently locked` } };
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const header = request.headers["fleet-lock-protocol"] as string | undefined;
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      requests.push({ path: request.url ?? "", header, body });
      const answer = forced ?? decide(request.url ?? "", header, body);
      response.writeHead(answer.status, { "content-type": "text/plain" });
      response.end(typeof answer.body === "string" ? answer.body : answer.body && JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    holders: groups,
    requests,
    answerWith: (status, body) => {
      forced = { status, body };
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
