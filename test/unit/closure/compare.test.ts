import { expect, test } from "vitest";
import { compareClosures } from "../../../src/domain/closure/compare.ts";
import { splitStoreName } from "../../../src/domain/closure/store-name.ts";

const path = (letter: string, name: string): string => `/nix/store/${letter.repeat(32)}-${name}`;
const of = (letter: string, name: string, bytes: number) => ({ path: path(letter, name), bytes });

test.each([
  ["hello-2.12.1", "hello", "2.12.1"],
  ["hello-2.12.1-man", "hello", "2.12.1"],
  ["openssl-3.4.1-bin", "openssl", "3.4.1"],
  ["python3.12-requests-2.32.3", "python3.12-requests", "2.32.3"],
  ["gcc-14.3.0-lib", "gcc", "14.3.0"],
  ["source", "source", null],
  ["unit-nginx.service", "unit-nginx.service", null],
  ["tmpfiles.d-00-nixos.conf", "tmpfiles.d-00-nixos.conf", null],
  ["nixos-system-web-1-25.11.20251101", "nixos-system-web-1-25.11.20251101", null],
  ["nixfleet-web-1", "nixfleet-web-1", null],
])("%s is %s of version %s", (whole, name, version) => {
  expect(splitStoreName(path("a", whole))).toEqual({ name, version });
});

test("packages come, go, change their version, or are only built anew", () => {
  const before = [of("a", "hello-2.12", 10), of("b", "old-1.0", 20), of("c", "glibc-2.40", 30), of("d", "same-1", 40)];
  const after = [of("e", "hello-2.13", 11), of("f", "new-0.1", 21), of("g", "glibc-2.40", 31), of("d", "same-1", 40)];
  expect(compareClosures(before, after, new Set([path("e", "hello-2.13"), path("f", "new-0.1")]))).toEqual({
    packages: [
      { name: "hello", from: "2.12", to: "2.13" },
      { name: "new", from: null, to: "0.1" },
      { name: "old", from: "1.0", to: null },
    ],
    rebuilt: 1,
    bytes: { from: 100, to: 103 },
    copy: { paths: 2, bytes: 32 },
  });
});

test("several versions of one package are told together, its outputs once", () => {
  const after = [of("a", "openssl-3.4.1", 1), of("b", "openssl-3.4.1-bin", 1), of("c", "openssl-1.1.1", 1)];
  expect(compareClosures([], after, new Set()).packages).toEqual([{ name: "openssl", from: null, to: "1.1.1, 3.4.1" }]);
});

test("a host that runs nothing yet has no size to come from", () => {
  expect(compareClosures(null, [of("a", "hello-2.12", 10)], new Set([path("a", "hello-2.12")]))).toMatchObject({
    bytes: { from: null, to: 10 },
    copy: { paths: 1, bytes: 10 },
  });
});
