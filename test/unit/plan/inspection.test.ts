import { expect, test } from "vitest";
import { MAX_DIFF_BYTES } from "../../../src/domain/plan/file-content.ts";
import { inspectionFor } from "../../../src/domain/plan/inspection.ts";
import {
  facts,
  managedFile,
  managedUnit,
  manifest,
  ownedFile,
  ownedUnit,
  sha,
  store,
} from "../../support/plan-builders.ts";

const empty = { stat: [], read: [], sources: [] };

test("asks nothing of a host on which nothing changes", () => {
  const seen = facts({ files: [ownedFile("/etc/motd")], units: [ownedUnit("app.service")] });
  const wanted = manifest({ files: [managedFile("/etc/motd")], units: [managedUnit("app.service")] });
  expect(inspectionFor(seen, wanted)).toEqual(empty);
  expect(inspectionFor(facts(), null)).toEqual(empty);
});

test("asks what lies where new files go, and for the content of both sides", () => {
  const path = "/etc/motd";
  expect(inspectionFor(facts(), manifest({ files: [managedFile(path)] }))).toEqual({
    stat: [path],
    read: [{ path, maxBytes: MAX_DIFF_BYTES }],
    sources: [{ path, source: `${store("f", "closure")}/etc/motd` }],
  });
});

test("reads an edited file on the host, and the content that replaces it", () => {
  const seen = facts({ files: [ownedFile("/etc/motd", { currentSha256: sha("e") })] });
  expect(inspectionFor(seen, manifest({ files: [managedFile("/etc/motd")] }))).toMatchObject({
    stat: [],
    read: [{ path: "/etc/motd" }],
    sources: [{ path: "/etc/motd" }],
  });
});

test("reads a file that goes away, and has no new side for it", () => {
  expect(inspectionFor(facts({ files: [ownedFile("/etc/motd")] }), null)).toMatchObject({
    read: [{ path: "/etc/motd" }],
    sources: [],
  });
});

test("does not read what is missing on the host", () => {
  const seen = facts({ files: [ownedFile("/etc/motd", { currentSha256: "missing" })] });
  expect(inspectionFor(seen, manifest({ files: [managedFile("/etc/motd")] })).read).toEqual([]);
});

test("looks closer at a managed path that holds no file any more", () => {
  const seen = facts({ files: [ownedFile("/etc/motd", { currentSha256: "other" })] });
  expect(inspectionFor(seen, manifest({ files: [managedFile("/etc/motd")] })).stat).toEqual(["/etc/motd"]);
});
