/** What the lab's archive holds: for each trap of updating a package that springs it, under Ubuntu's names and Debian's. */
import type { ArchivePackage, Pocket } from "./package.ts";

const security = ["noble-security", "noble-updates"] as const;
const updates = ["noble-updates"] as const;
const base = ["noble"] as const;

/** A package that is there in 1.0 and gets 1.1 among the ordinary updates. */
const updated = (name: string, more: Partial<ArchivePackage> = {}): ArchivePackage[] => [
  { name, version: "1.0", pockets: base, ...(more.source === undefined ? {} : { source: more.source }) },
  { name, version: "1.1", pockets: updates, ...more },
];

const CONFFILE = "/etc/nf-conffile.conf";

/** Says so where Ubuntu's packages do, naming itself as often as it is configured. */
const asksForReboot = (name: string): string => `[ "$1" = configure ] || exit 0
echo '*** System restart required ***' >/run/reboot-required
echo ${name} >>/run/reboot-required.pkgs
`;

// A kernel and an initrd have to look like ones: more than a megabyte each.
const IMAGE_SIZE = 1_200_000;

function kernel(abi: string, version: string, pocketsOfIt: ArchivePackage["pockets"]): ArchivePackage[] {
  const release = `${abi}-generic`;
  const image = `linux-image-${release}`;
  return [
    { name: "linux-generic", source: "linux-meta", version, depends: image, pockets: pocketsOfIt },
    {
      name: image,
      source: "linux-signed",
      version,
      pockets: pocketsOfIt,
      files: {
        [`/boot/vmlinuz-${release}`]: "k".repeat(IMAGE_SIZE),
        [`/boot/initrd.img-${release}`]: "i".repeat(IMAGE_SIZE),
        [`/lib/modules/${release}/modules.dep`]: "kernel/fs/ext4/ext4.ko:\n",
      },
      postinst: asksForReboot(image),
    },
  ];
}

/** Debian publishes ordinary updates in the release itself, as a point release. */
const ofDebian: Readonly<Partial<Record<Pocket, Pocket>>> = {
  noble: "trixie",
  "noble-updates": "trixie",
  "noble-security": "trixie-security",
};

const alsoInDebian = (pack: ArchivePackage): ArchivePackage => ({
  ...pack,
  pockets: [...new Set([...pack.pockets, ...pack.pockets.flatMap((pocket) => ofDebian[pocket] ?? [])])],
});

const contents: readonly ArchivePackage[] = [
  ...updated("nf-plain"),
  { name: "nf-security", version: "1.0", pockets: base },
  { name: "nf-security", version: "1.1", pockets: security },
  // The fix lies behind a newer version that is no fix.
  { name: "nf-masked", version: "1.0", pockets: base },
  { name: "nf-masked", version: "1.1", pockets: ["noble-security"] },
  { name: "nf-masked", version: "1.2", pockets: updates },
  ...updated("nf-phased-0", { phased: 0 }),
  ...updated("nf-phased-50", { phased: 50 }),
  { name: "nf-conffile", version: "1.0", pockets: base, files: { [CONFFILE]: "level = 1\n" }, conffiles: [CONFFILE] },
  {
    name: "nf-conffile",
    version: "1.1",
    pockets: updates,
    files: { [CONFFILE]: "level = 1\ncolour = blue\n" },
    conffiles: [CONFFILE],
  },
  ...updated("nf-newdep", { depends: "nf-newdep-lib" }),
  { name: "nf-newdep-lib", version: "1.1", pockets: updates },
  ...updated("nf-conflict", { conflicts: "nf-victim" }),
  { name: "nf-victim", version: "1.0", pockets: base },
  // Goes on when /run/nf-go is there; a machine on which nobody waits for it does not wait either.
  ...updated("nf-slow", {
    postinst: `[ "$1" = configure ] || exit 0
while [ -e /run/nf-wait ] && [ ! -e /run/nf-go ]; do sleep 0.1; done
`,
  }),
  ...updated("nf-failing", { postinst: "[ -e /run/nf-mended ]\n" }),
  ...updated("nf-lib"),
  { name: "nf-auto", version: "1.0", pockets: base, depends: "nf-lib" },
  { name: "nf-auto", version: "1.1", pockets: updates, depends: "nf-lib" },
  ...updated("nf-twin-a", { source: "nf-twin" }),
  ...updated("nf-twin-b", { source: "nf-twin" }),
  { name: "nf-vendor", version: "1.0", pockets: base },
  { name: "nf-vendor", version: "1.1", pockets: ["vendor"] },
  { name: "nf-reboot", version: "1.0", pockets: base },
  { name: "nf-reboot", version: "1.1", pockets: security, postinst: asksForReboot("nf-reboot") },
  ...kernel("6.8.0-31", "6.8.0-31.31", base),
  ...kernel("6.8.0-35", "6.8.0-35.35", security),
  {
    name: "update-notifier-common",
    version: "3.192",
    pockets: base,
    files: { "/usr/share/update-notifier/notify-reboot-required": "#!/bin/sh\n" },
  },
];

export const ARCHIVE_CONTENTS: readonly ArchivePackage[] = contents.map(alsoInDebian);
