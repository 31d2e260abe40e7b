/** Release files of the archive, with the fields by which apt and unattended-upgrades tell a distribution's pockets apart. */
import type { LayerEntry } from "../machine-layer.ts";
import type { Shape } from "../state.ts";
import { debianPockets, type Pocket, ubuntuPockets } from "./package.ts";

/** Where machines find the archive, and the key that signs it. */
export const ARCHIVE_MOUNT = "/srv/lab-archive";
export const ARCHIVE_KEYRING = "lab-archive.gpg";

/** Options of `apt-ftparchive release` for a pocket. */
export function releaseOptions(pocket: Pocket): string[] {
  const fields: readonly (readonly [string, string])[] = [
    ...identity[pocket],
    ["Architectures", "amd64 all"],
    ["Components", "main"],
  ];
  return fields.flatMap(([name, value]) => ["-o", `APT::FTPArchive::Release::${name}=${value}`]);
}

type Fields = readonly (readonly [string, string])[];

/** Ubuntu's pockets share label and codename and differ by suite. */
const ubuntu = (suite: string): Fields => [
  ["Origin", "Ubuntu"],
  ["Label", "Ubuntu"],
  ["Version", "24.04"],
  ["Suite", suite],
  ["Codename", "noble"],
];

/** Debian's differ by label and codename. */
const debian = (label: string, suite: string, codename: string): Fields => [
  ["Origin", "Debian"],
  ["Label", label],
  ["Version", "13"],
  ["Suite", suite],
  ["Codename", codename],
];

const identity: Readonly<Record<Pocket, Fields>> = {
  noble: ubuntu("noble"),
  "noble-updates": ubuntu("noble-updates"),
  "noble-security": ubuntu("noble-security"),
  trixie: debian("Debian", "stable", "trixie"),
  "trixie-security": debian("Debian-Security", "stable-security", "trixie-security"),
  vendor: [
    ["Suite", "vendor"],
    ["Codename", "vendor"],
  ],
};

/** The deb822 source file of machines with this shape. */
export const sourcesText = (shape: Shape): string =>
  (shape === "debian" ? debianPockets : ubuntuPockets).map(pocketText).join("\n");

const pocketText = (pocket: Pocket): string => `Types: deb
URIs: file:${ARCHIVE_MOUNT}
Suites: ${pocket}
Components: main
Signed-By: ${ARCHIVE_MOUNT}/${ARCHIVE_KEYRING}
`;

/** What the layer of a machine has when the lab has an archive. */
export const archiveEntries = (shape: Shape): LayerEntry[] => [
  { path: `etc/apt/sources.list.d/${shape}.sources`, is: "file", value: sourcesText(shape) },
];
