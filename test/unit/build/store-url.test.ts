import { expect, test } from "vitest";
import { isStoreUrl, shownStoreUrl } from "../../../src/domain/nix/store-url.ts";

test.each(["https://cache.example.org", "s3://bucket?region=eu", "ssh-ng://deploy@host", "file:///srv/cache"])(
  "%s is a store",
  (url) => expect(isStoreUrl(url)).toBe(true),
);

test.each(["", ".", "/srv/cache", "--help", "https:// example.org", "cache.example.org"])("%j is no store", (text) =>
  expect(isStoreUrl(text)).toBe(false),
);

test.each([
  ["https://ci:hunter2@cache.example.org/x", "https://***@cache.example.org/x"],
  [
    "s3://bucket?profile=ci&secret-key=/etc/key&access_token=abc",
    "s3://bucket?profile=ci&secret-key=***&access_token=***",
  ],
  ["ssh-ng://deploy@host", "ssh-ng://deploy@host"],
])("of %s people see %s", (url, shown) => expect(shownStoreUrl(url)).toBe(shown));
