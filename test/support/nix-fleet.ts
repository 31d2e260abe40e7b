/** A small fleet of its own for tests of the builder: builtins only, its closures made by the machine's busybox. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { type HostName, parseHostName } from "../../src/domain/ids.ts";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import type { NixSettings } from "../../src/effects/nix/settings.ts";

/** Empty when there is a Nix to test with; otherwise why not, for the name of what is skipped. */
export const noNix = findNix(process.env) === undefined ? " (skipped: no Nix here)" : "";

/** Substituters would be asked for every path; tests have none to reach. */
export const nixEnv = { ...process.env, NIX_CONFIG: "substituters =\nbuilders =\n" };

/** What `vars` of a host may ask of the flake below. */
export interface HostVars {
  /** Ends up in the closure, so that two hosts or two fleets differ. */
  readonly greeting?: string;
  readonly trouble?: "throw" | "undefined" | "recursion" | "build" | "shared-build" | "manifest" | "slow";
}

export interface TestFleet {
  readonly root: string;
  readonly settings: NixSettings;
  git(...args: string[]): string;
  write(path: string, content: string): void;
  /** A builder with nothing remembered. */
  coldSettings(): NixSettings;
  remove(): void;
}

/** Makes the fleet in a new folder, as a clean git repository unless told otherwise. */
export function testFleet(options: { readonly git?: boolean; readonly folder?: string } = {}): TestFleet {
  const top = mkdtempSync(join(tmpdir(), "nixfleet-fleet-"));
  const root = join(top, "repo", options.folder ?? "");
  mkdirSync(root, { recursive: true });
  const write = (path: string, content: string) => writeFileSync(join(root, path), content);
  write("flake.nix", flake);
  write("flake.lock", '{\n  "nodes": {\n    "root": {}\n  },\n  "root": "root",\n  "version": 7\n}\n');
  write("undefined.nix", "# a file with a mistake\nthisNameIsNotDefined\n");
  mkdirSync(join(root, "bin"));
  const busybox = ["/usr/bin/busybox", "/bin/busybox"].find((path) => existsSync(path)) ?? "busybox";
  copyFileSync(busybox, join(root, "bin", "busybox"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", join(top, "repo"), "-c", "user.name=Test", "-c", "user.email=test@localhost", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  if (options.git !== false) {
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message=start");
  }
  let caches = 0;
  const coldSettings = (): NixSettings => {
    caches += 1;
    const place = (name: string) => join(top, `${name}-${caches}`);
    return { projectRoot: root, cacheDir: place("cache"), stateDir: place("state"), env: nixEnv, overrides: [] };
  };
  return {
    root,
    settings: coldSettings(),
    git,
    write,
    coldSettings,
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

export function hostName(name: string): HostName {
  const host = parseHostName(name);
  if (host === undefined) throw new Error(`not a host name: ${name}`);
  return host;
}

/** What a host of the inventory below may have besides its vars. */
interface HostFields {
  readonly flakeAttr?: string;
  readonly base?: string;
  readonly roles?: readonly string[];
}

/** The inventory as evaluation gets it. */
export const inventoryOf = (hosts: Readonly<Record<string, HostVars & HostFields>>): string =>
  canonicalJson({
    environment: "test",
    groups: {},
    hosts: Object.entries(hosts).map(([name, { flakeAttr, base = "debian", roles = [], ...vars }]) => ({
      name,
      base,
      system,
      addresses: [],
      roles,
      tags: [],
      groups: ["all"],
      vars,
      flakeAttr,
    })),
  });

const system = process.arch === "arm64" ? "aarch64-linux" : "x86_64-linux";

const flake = `{
  outputs = { self }:
    let
      # The program must be called busybox, since it takes its applet from its own name.
      bb = "\${./bin}/busybox";
      run = name: script: derivation {
        inherit name bb;
        system = "${system}";
        builder = bb;
        args = [ "sh" "-euc" script ];
      };
      shared = run "shared-library-1.2" "echo first words; echo last words >&2; exit 3";
      manifest = host: greeting: builtins.toJSON {
        format = 1; inherit host; base = "debian"; system = "${system}";
        files = [ ]; directories = [ ]; units = [ ]; users = [ ]; groups = [ ]; healthChecks = [ ];
        packages = [ { name = "greeting"; version = greeting; path = "\${./bin}"; } ];
      };
      closureOf = { name, vars ? { }, ... }:
        let
          trouble = vars.trouble or "";
          text = manifest name (vars.greeting or "hello");
          closure = run "closure-\${name}";
        in
        if trouble == "throw" then throw "nixfleet: host \${name}: the option \`nixfleet.fils' does not exist"
        else if trouble == "undefined" then import ./undefined.nix
        else if trouble == "recursion" then (let loop = loop; in loop)
        else if trouble == "build" then closure "echo compiling \${name}; echo no such header >&2; exit 7"
        else if trouble == "shared-build" then closure "echo \${shared} > $out"
        else if trouble == "slow" then closure "echo started; while :; do :; done"
        else if trouble == "manifest" then closure "$bb mkdir $out; echo '{}' > $out/manifest.json"
        else closure "$bb mkdir $out; echo '\${text}' > $out/manifest.json";
    in
    {
      nixfleet = {
        interface = 1;
        forInventory = inventory: {
          hosts = builtins.listToAttrs (map
            (host: {
              inherit (host) name;
              value = let closure = closureOf host; in {
                inherit (host) name base;
                inherit (closure) drvPath system;
                out = closure.outPath;
                warnings = if host.vars ? greeting then [ "\${host.name} says \${host.vars.greeting}" ] else [ ];
              };
            })
            inventory.hosts);
        };
      };
      own.closure = closureOf { name = "own"; };
    };
}
`;
