/** Tools for workflows that need only some of them; whoever reaches for another one fails. */
import { createInterruption, type Tools } from "../../src/workflows/tools.ts";
import { memoryJournal } from "./memory-journal.ts";
import { realClock } from "./real-clock.ts";

export function toolsWith(over: Partial<Tools>): Tools {
  const given: Partial<Tools> = {
    transport: { connect: async () => neverCalled("connect"), close: async () => {} },
    journal: memoryJournal(),
    clock: realClock,
    random: (size) => new Uint8Array(size),
    audience: { plan() {}, event() {}, status() {}, failures() {}, note() {}, whileAsking: (question) => question() },
    interruption: createInterruption(),
    program: "",
    elevation: { kind: "sudo" },
    operator: "ann@desk",
    flags: [],
    lockWaitMs: 0,
    toolVersion: "0.1.0",
    ...over,
  };
  const ports = ["builder", "storeFiles", "secrets", "localCommands", "rebootSlots", "leases"] as const;
  const missing = Object.fromEntries(ports.filter((name) => !(name in given)).map((name) => [name, unused(name)]));
  return { ...missing, ...given } as Tools;
}

const unused = (port: string): object =>
  new Proxy({}, { get: (_, name) => () => neverCalled(`${port}.${String(name)}`) });

function neverCalled(what: string): never {
  throw new Error(`${what} is called, and this test gave none`);
}
