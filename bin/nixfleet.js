import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";

enableCompileCache();
// A checkout runs its sources, a package its build: Node strips no types below node_modules.
const source = new URL("../src/cli/main.ts", import.meta.url);
const { main } = await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
await main(process.argv.slice(2), process);
