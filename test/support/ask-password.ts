// Asks once on this process's terminal and tells what it understood; with the argument "interrupted" it waits for SIGINT, too.
import { askPassword } from "../../src/cli/prompt.ts";

const alive = setInterval(() => {}, 1000);
const interrupted = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
const { stdin, stderr, env } = process;
const answer = await askPassword("password: ", { stdin, stderr, env });
process.stdout.write(answer.ok ? `got ${JSON.stringify(answer.value)}\n` : `failed ${answer.error.code}\n`);
if (process.argv[2] === "interrupted") {
  await interrupted;
  process.stdout.write("interrupted\n");
}
clearInterval(alive);
