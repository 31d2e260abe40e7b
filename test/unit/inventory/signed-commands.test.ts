import { describe, expect, test } from "vitest";
import { inventoryForNix } from "../../../src/domain/inventory/for-nix.ts";
import { healthCheckSchema } from "../../../src/domain/manifest/manifest.ts";
import { inventoryOf } from "../../support/inventory.ts";

const text = `
defaults: { base: ubuntu, addr: 10.0.0.1 }
hosts:
  web-1:
    access: restricted
    hooks: { preReboot: [drain, { run: notify, where: local }], postReboot: [{ run: drain, undo: fill }] }
  web-2:
    hooks: { preReboot: [{ run: take web-2 out, where: "delegate:web-1", timeout: 90s }] }
tasks:
  rotate: { run: "logrotate -f /etc/logrotate.conf", sudo: true, timeout: 1500ms }
`;

const signedOf = (name: string, more = "") =>
  JSON.parse(inventoryForNix(inventoryOf(text + more))).hosts.find((host: { name: string }) => host.name === name)
    .signed;

describe("what travels in the closure of a restricted host", () => {
  test("are the tasks, its own hooks, and those that others delegate to it; each once", () => {
    expect(signedOf("web-1")).toEqual({
      tasks: [{ name: "rotate", run: "logrotate -f /etc/logrotate.conf", sudo: true, timeoutSeconds: 2 }],
      hooks: [
        { run: "drain", timeoutSeconds: 300 },
        { run: "fill", timeoutSeconds: 300 },
        { run: "take web-2 out", timeoutSeconds: 90 },
      ],
    });
  });

  test("are its health checks, where it has any, in the form of the manifest", () => {
    const own = text.replace(
      "    access: restricted\n",
      "    access: restricted\n    healthChecks: { web: { tcp: 80, timeout: 1500ms, deadline: 2m } }\n",
    );
    const [host] = JSON.parse(inventoryForNix(inventoryOf(own))).hosts;
    expect(host.signed.healthChecks).toEqual([
      {
        ...{ name: "web", kind: "tcp", host: "127.0.0.1", port: 80, from: "host", timeoutSeconds: 2 },
        ...{ intervalSeconds: 1, minHealthySeconds: 1, deadlineSeconds: 120, retries: null },
      },
    ]);
    expect(healthCheckSchema.safeParse(host.signed.healthChecks[0])).toMatchObject({ success: true });
  });

  test("is nothing for others, whose closures no task changes", () => {
    expect(signedOf("web-2")).toBeUndefined();
  });
});
