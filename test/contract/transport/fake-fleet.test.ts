// The stand-in fleet answers what the real delivery sends.
import { afterEach, expect, test } from "vitest";
import { createTransport } from "../../../src/effects/ssh/transport.ts";
import { runHostProgram } from "../../../src/engine/host-program/run-host-program.ts";
import { type FakeFleet, startFakeFleet } from "../../support/fake-ssh-fleet.ts";
import { realClock } from "../../support/real-clock.ts";

const never = new AbortController().signal;
let fleet: FakeFleet | undefined;
afterEach(() => fleet?.stop());

const ask = async (transport: ReturnType<typeof createTransport>, name: string, payload: Buffer) => {
  const address = fleet?.addresses.get(name);
  if (address === undefined) throw new Error(`no ${name}`);
  const connection = await transport.connect(address, never);
  if (!connection.ok) throw new Error(connection.error.what);
  const answer = await runHostProgram(connection.value, {
    program: "# a program\n",
    verb: "inspect",
    args: ["it's", "a\\b!"],
    payload,
    elevation: { kind: "sudo" },
    timeoutMs: 20_000,
    signal: never,
  });
  await connection.value.close();
  return answer;
};

test("sixty hosts in one process get the program, the payload and the arguments, each over one connection", async () => {
  const names = Array.from({ length: 60 }, (_, n) => `host-${n}`);
  fleet = await startFakeFleet({
    names,
    answer: ({ host }) => ({ stdout: `NF1 hostname ${host.length}\n${host}\nNF1 end 1\n0\n` }),
  });
  const transport = createTransport({ clock: realClock, environment: process.env });
  const answers = await Promise.all(names.map((name) => ask(transport, name, Buffer.from(name))));
  await transport.close();
  expect(answers.map((answer) => answer.ok && String(Buffer.from(answer.value.records[0]?.value ?? [])))).toEqual(
    names,
  );
  expect(names.map((name) => fleet?.connections(name))).toEqual(names.map(() => 1));
  expect(fleet.requests.find(({ host }) => host === "host-7")).toMatchObject({
    args: ["inspect", "it's", "a\\b!"],
    program: Buffer.from("# a program\n"),
    payload: Buffer.from("host-7"),
  });
});

test("a host that hangs up is told as lost", async () => {
  fleet = await startFakeFleet({ names: ["a"], answer: () => ({ hangUp: true }) });
  const transport = createTransport({ clock: realClock, environment: process.env });
  const answer = await ask(transport, "a", Buffer.alloc(0));
  await transport.close();
  expect(answer.ok ? "answered" : answer.error.code).toBe("transport/lost");
});

test("an answer without its end is not taken for one", async () => {
  fleet = await startFakeFleet({
    names: ["a"],
    answer: () => ({ stdout: "NF1 hostname 1\na\n", stderr: "out of memory" }),
  });
  const transport = createTransport({ clock: realClock, environment: process.env });
  const answer = await ask(transport, "a", Buffer.alloc(0));
  await transport.close();
  expect(answer.ok ? "answered" : answer.error).toMatchObject({ code: "host/cut-off", detail: "out of memory" });
});
