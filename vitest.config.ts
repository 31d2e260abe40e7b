import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{unit,properties,scenarios}/**/*.test.ts"],
          // Properties run hundreds of cases; a busy machine must not fail them.
          testTimeout: 60_000,
        },
      },
      {
        test: { name: "contract", include: ["test/contract/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 120_000 },
      },
      {
        test: {
          name: "nix",
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
