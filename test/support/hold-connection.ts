// A process that connects and then waits, to be killed: `hold-connection.ts ADAPTER PORT SSH-CONFIG`. Prints the folder of its sockets.
import type { HostName } from "../../src/domain/ids.ts";
import { createTransport } from "../../src/effects/ssh/transport.ts";
import type { HostAddress } from "../../src/ports/transport.ts";
import { realClock } from "./real-clock.ts";

const [adapter, port, sshConfig = ""] = process.argv.slice(2);
const transport = createTransport({ clock: realClock, environment: process.env, sshConfig });
const connection = await transport.connect(
  {
    host: "web-1" as HostName,
    addresses: ["127.0.0.1"],
    port: Number(port),
    transport: adapter as HostAddress["transport"],
  },
  new AbortController().signal,
);
process.stdout.write(connection.ok ? "connected\n" : `${connection.error.what}\n`);
setInterval(() => {}, 1000);
