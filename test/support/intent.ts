/** Evaluates and builds hosts from a few lines of Nix, with the stand-in nixpkgs or with the real one's lib. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { type Manifest, manifestSchema } from "../../src/domain/manifest/manifest.ts";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { prepareNixpkgs } from "./nixpkgs/prepare.ts";

export const repository = resolve(import.meta.dirname, "../..");
export const nixSystem = process.arch === "arm64" ? "aarch64-linux" : "x86_64-linux";

/** Where the tests of the Nix side run: always the stand-in, and the real lib when NIXFLEET_NIXPKGS names one. */
export const libraries: readonly (readonly [name: string, realLib: string | undefined])[] = [
  ["the stand-in nixpkgs", undefined],
  ...(process.env.NIXFLEET_NIXPKGS
    ? [["the lib of NIXFLEET_NIXPKGS", join(process.env.NIXFLEET_NIXPKGS, "lib")] as const]
    : []),
];

export interface NixAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Nix offline and without substituters, which no test has. */
export async function nix(...args: string[]): Promise<NixAnswer> {
  const program = findNix(process.env)?.nix ?? "nix";
  const env = { NIX_CONFIG: "substituters =\nbuilders =\nexperimental-features = nix-command flakes\n" };
  const { exitCode, stdout, stderr } = await execa(program, args, { reject: false, stdin: "ignore", env });
  return { code: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr) };
}

export interface HostSummary {
  readonly name: string;
  readonly base: string;
  readonly system: string;
  readonly drvPath: string;
  readonly out: string;
  readonly warnings: readonly string[];
}

export interface Closure {
  readonly path: string;
  readonly manifest: Manifest;
  /** The manifest for sh. */
  readonly lines: readonly string[];
  read(path: string): string;
}

/** Files of a small fleet by path, such as `hosts/web-1.nix`, and its inventory. */
interface FleetText {
  readonly files: Readonly<Record<string, string>>;
  readonly inventory: unknown;
}

export interface Evaluator {
  /** The prepared nixpkgs, as a folder. */
  readonly nixpkgs: string;
  /** Evaluates an expression in which `lib`, `fleet` (what mkFleet yields) and `answer` (what the CLI gets) are at hand. */
  expression(text: string, fleet?: FleetText): Promise<NixAnswer>;
  /** The answer for one host with this module as its file. */
  host(module: string, host?: object): Promise<HostSummary>;
  /** What Nix says when it refuses the host, without trace. */
  refusal(module: string, host?: object): Promise<string>;
  build(module: string, host?: object): Promise<Closure>;
  remove(): void;
}

export function evaluator(realLib?: string): Evaluator {
  const top = mkdtempSync(join(tmpdir(), "nixfleet-intent-"));
  const nixpkgs = prepareNixpkgs(join(top, "nixpkgs"), realLib);
  let cases = 0;
  const write = ({ files }: FleetText): string => {
    cases += 1;
    const root = join(top, `fleet-${cases}`);
    for (const [path, text] of Object.entries({ "modules/.keep": "", "hosts/.keep": "", ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };
  const wrap = (text: string, fleet: FleetText): string => `
    let
      nixpkgs = (import ${nixpkgs}/flake.nix).outputs { self = nixpkgs; };
      lib = nixpkgs.lib;
      nixfleet = import ${repository}/lib { inputs = { inherit nixpkgs; }; };
      inventory = builtins.fromJSON ${nixText(JSON.stringify(fleet.inventory))};
      fleet = nixfleet.mkFleet { inputs = { inherit nixpkgs; }; root = ${write(fleet)}; inherit inventory; };
      answer = fleet.nixfleet.forInventory inventory;
    in ${text}`;
  const oneHost = (module: string, host: object): FleetText => ({
    files: { "hosts/web-1.nix": module },
    inventory: { environment: "test", hosts: [{ name: "web-1", ...hostDefaults, ...host }] },
  });
  const expression = (text: string, fleet: FleetText = { files: {}, inventory: { hosts: {} } }) =>
    nix("eval", "--impure", "--json", "--expr", wrap(text, fleet));
  const ask = (module: string, host: object): Promise<NixAnswer> =>
    expression(`answer.hosts."web-1"`, oneHost(module, host));
  const host = async (module: string, over: object = {}): Promise<HostSummary> => {
    const answer = await ask(module, over);
    if (answer.code !== 0) throw new Error(answer.stderr);
    return JSON.parse(answer.stdout) as HostSummary;
  };
  return {
    nixpkgs,
    expression,
    host,
    refusal: async (module, over = {}) => {
      const answer = await ask(module, over);
      if (answer.code === 0) throw new Error(`not refused: ${answer.stdout}`);
      return messageOf(answer.stderr);
    },
    build: async (module, over = {}) => {
      const { drvPath, out } = await host(module, over);
      const built = await nix("build", "--no-link", "--print-out-paths", `${drvPath}^out`);
      if (built.code !== 0) throw new Error(built.stderr);
      if (built.stdout !== out) throw new Error(`expected ${out}, built ${built.stdout}`);
      return closureAt(out);
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

const hostDefaults = {
  base: "ubuntu",
  system: nixSystem,
  addresses: ["10.0.1.11"],
  roles: [],
  tags: [],
  groups: ["all", "ubuntu"],
  vars: {},
};

export function closureAt(path: string): Closure {
  const read = (part: string): string => readFileSync(join(path, part), "utf8");
  return {
    path,
    manifest: manifestSchema.parse(JSON.parse(read("manifest.json"))),
    lines: read("manifest").split("\n").slice(0, -1),
    read,
  };
}

/** A string of the Nix language. */
const nixText = (text: string): string => JSON.stringify(text).replaceAll("${", "\\${");

/** The last `error:` of Nix' trace, with its further lines. */
function messageOf(stderr: string): string {
  const start = stderr.lastIndexOf("error: ");
  return stderr
    .slice(start + "error: ".length)
    .replace(/\n {7}/g, "\n")
    .trim();
}
