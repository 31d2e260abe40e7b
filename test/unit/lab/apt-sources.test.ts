import { describe, expect, test } from "vitest";
import { fetchSettings, imageSources, parseAptTargets } from "../../../src/domain/lab/apt-sources.ts";

const targets = parseAptTargets(
  [
    "http://mirror.example/debian/ bookworm",
    "http://mirror.example/debian/ bookworm-updates",
    "http://mirror.example/security/ bookworm-security",
    "http://other.example/tools/ stable-tools",
    "",
  ].join("\n"),
);
const bookworm = { id: "debian", codename: "bookworm" };

describe("the image's package sources", () => {
  test("are the machine's own Debian archives, for the image's suite", () => {
    expect(imageSources("trixie", bookworm, targets)).toEqual([
      "deb http://mirror.example/debian/ trixie main",
      "deb http://mirror.example/debian/ trixie-updates main",
      "deb http://mirror.example/security/ trixie-security main",
    ]);
  });

  test("follow sources that name the release by its rank", () => {
    const stable = [{ uri: "http://mirror.example/debian", release: "stable" }];
    expect(imageSources("trixie", bookworm, stable)).toEqual(["deb http://mirror.example/debian trixie main"]);
  });

  test("name an archive once, however many components it has here", () => {
    const twice = [...targets.slice(0, 1), ...targets.slice(0, 1)];
    expect(imageSources("trixie", bookworm, twice)).toHaveLength(1);
  });

  test("are left to mmdebstrap where there is no Debian archive to follow", () => {
    const noble = [{ uri: "http://mirror.example/ubuntu", release: "noble" }];
    expect(imageSources("trixie", { id: "ubuntu", codename: "noble" }, noble)).toEqual([]);
    expect(imageSources("trixie", bookworm, targets.slice(2))).toEqual([]);
  });

  test("are the mirror that was named, before all else", () => {
    expect(imageSources("trixie", bookworm, targets, "http://mine.example")).toEqual([
      "deb http://mine.example trixie main",
    ]);
  });
});

describe("the settings for fetching", () => {
  test("are those on proxies, certificates and clocks, and no others", () => {
    const dump = [
      'APT::Architecture "amd64";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CAInfo "/etc/ssl/own.pem";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::http "";',
      'Acquire::Languages "none";',
    ].join("\n");
    expect(fetchSettings(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CAInfo "/etc/ssl/own.pem";',
      'Acquire::Check-Valid-Until "false";',
    ]);
  });
});
