import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    // One after the other: machines, builds and properties all at once are too much for two cores.
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["test/{unit,properties,scenarios}/**/*.test.ts"],
          // Properties run hundreds of cases; a busy machine must not fail them.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "contract",
          sequence: { groupOrder: 1 },
          include: ["test/contract/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "nix",
          sequence: { groupOrder: 2 },
          include: ["test/nix/**/*.test.ts"],
          globalSetup: ["test/support/nix-ready.ts"],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 3 },
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/lab-teardown.ts"],
          // Twenty booted machines share two cores: what fails by overload passes when it is tried again.
          retry: 2,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
