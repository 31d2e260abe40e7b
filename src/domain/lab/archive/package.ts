/** Packages of the lab's archive as data, and the control file that dpkg-deb builds each from. */

/** Where a version is published; `vendor` is a repository whose Release file says neither Origin nor Label. */
export const pockets = ["noble", "noble-updates", "noble-security", "vendor", "trixie", "trixie-security"] as const;
export type Pocket = (typeof pockets)[number];

/** Those that machines of Debian's shape have, by the names of Debian; all others have Ubuntu's. */
export const debianPockets: readonly Pocket[] = ["trixie", "trixie-security", "vendor"];
export const ubuntuPockets: readonly Pocket[] = ["noble", "noble-updates", "noble-security", "vendor"];

export interface ArchivePackage {
  readonly name: string;
  readonly version: string;
  readonly pockets: readonly Pocket[];
  /** Source package when it is called otherwise. */
  readonly source?: string;
  readonly depends?: string;
  readonly preDepends?: string;
  readonly conflicts?: string;
  /** Ubuntu's Phased-Update-Percentage. */
  readonly phased?: number;
  /** Content by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Those of `files` that the administrator may edit. */
  readonly conffiles?: readonly string[];
  /** Shell text behind `set -e`; `$1` is what dpkg calls it with. */
  readonly postinst?: string;
}

/** Debian's name of the built file. */
export const debName = ({ name, version }: ArchivePackage): string => `${name}_${version}_all.deb`;

/** The DEBIAN/control of the package. */
export function controlText(pack: ArchivePackage): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["Package", pack.name],
    ["Source", pack.source],
    ["Version", pack.version],
    ["Architecture", "all"],
    ["Maintainer", "NixFleet lab <lab@localhost>"],
    ["Pre-Depends", pack.preDepends],
    ["Depends", pack.depends],
    ["Conflicts", pack.conflicts],
    ["Phased-Update-Percentage", pack.phased === undefined ? undefined : String(pack.phased)],
    ["Description", "a package of the NixFleet lab's archive"],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`])).join("");
}
