// Asks once on this process's terminal and tells what it understood.
import { askPassword } from "../../src/cli/prompt.ts";

const { stdin, stderr, env } = process;
const answer = await askPassword("password: ", { stdin, stderr, env });
process.stdout.write(answer.ok ? `got ${JSON.stringify(answer.value)}\n` : `failed ${answer.error.code}\n`);
