import { defineConfig } from "vitest/config";

// Matrices of faults on machines take half an hour and more: they have a command of their own, `npm run test:long`.
const machines = (names: readonly string[]): string[] => names.map((name) => `test/e2e/${name}.test.ts`);
const everyDay = machines([
  "activation-{detached,ownership}",
  "apply-{events,noop-one-connection,restarts}",
  "canary-halts",
  "confirm",
  "drift",
  "faults-{evaluation,locked}",
  "gc",
  "lab-nix",
  "nixos-fleet",
  "plan",
  "plan-file",
  "restricted",
  "rollback",
  "run",
  "secrets",
  "status",
]);

const onMachines = {
  globalSetup: ["test/support/lab-teardown.ts"],
  // Twenty booted machines share two cores: what fails by overload passes when it is tried again.
  retry: 2,
  testTimeout: 300_000,
  hookTimeout: 900_000,
  fileParallelism: false,
};

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    // One after the other: machines, builds and properties all at once are too much for two cores.
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 1 },
          include: ["test/{unit,properties,scenarios}/**/*.test.ts"],
          // Properties run hundreds of cases; a busy machine must not fail them.
          testTimeout: 60_000,
          retry: 1,
        },
      },
      {
        test: {
          name: "contract",
          sequence: { groupOrder: 2 },
          include: ["test/contract/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry: 2,
        },
      },
      {
        test: {
          name: "nix",
          sequence: { groupOrder: 3 },
          include: ["test/nix/**/*.test.ts"],
          globalSetup: ["test/support/nix-ready.ts"],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          retry: 1,
        },
      },
      { test: { ...onMachines, name: "e2e", sequence: { groupOrder: 4 }, include: everyDay } },
      {
        test: {
          ...onMachines,
          name: "long",
          sequence: { groupOrder: 5 },
          include: ["test/e2e/**/*.test.ts"],
          exclude: everyDay,
        },
      },
    ],
  },
});
