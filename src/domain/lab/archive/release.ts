/** Release files of the archive, with the fields by which apt and unattended-upgrades tell Ubuntu's pockets apart. */
import type { LayerEntry } from "../machine-layer.ts";
import { type Pocket, pockets } from "./package.ts";

/** Where machines find the archive, and the key that signs it. */
export const ARCHIVE_MOUNT = "/srv/lab-archive";
export const ARCHIVE_KEYRING = "lab-archive.gpg";

/** Options of `apt-ftparchive release` for a pocket. */
export function releaseOptions(pocket: Pocket): string[] {
  const fields: readonly (readonly [string, string])[] = [
    ...(pocket === "vendor"
      ? []
      : ([
          ["Origin", "Ubuntu"],
          ["Label", "Ubuntu"],
          ["Version", "24.04"],
        ] as const)),
    ["Suite", pocket],
    // Ubuntu's pockets share one codename.
    ["Codename", pocket === "vendor" ? "vendor" : "noble"],
    ["Architectures", "amd64 all"],
    ["Components", "main"],
  ];
  return fields.flatMap(([name, value]) => ["-o", `APT::FTPArchive::Release::${name}=${value}`]);
}

/** The machines' deb822 source file. */
export const sourcesText = (): string => pockets.map((pocket) => pocketText(pocket)).join("\n");

const pocketText = (pocket: Pocket): string => `Types: deb
URIs: file:${ARCHIVE_MOUNT}
Suites: ${pocket}
Components: main
Signed-By: ${ARCHIVE_MOUNT}/${ARCHIVE_KEYRING}
`;

/** What the layer of a machine has when the lab has an archive. */
export const archiveEntries = (): LayerEntry[] => [
  { path: "etc/apt/sources.list.d/ubuntu.sources", is: "file", value: sourcesText() },
];
