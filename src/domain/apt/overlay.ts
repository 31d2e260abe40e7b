/**
 * Preferences for one run of apt, laid over the host's own and gone with the run: what may be installed, and from where.
 * A rule that stands first wins.
 */
export interface OverlayRequest {
  readonly distribution: Distribution;
  readonly selection: "security" | "full";
  /** Names and globs of binary or source packages. */
  readonly holds: readonly string[];
  /** Versions by name; globs allowed in both. */
  readonly pins: Readonly<Record<string, string>>;
}

export interface Distribution {
  /** `ID` of os-release. */
  readonly id: string;
  readonly codename: string;
}

/** Leaves what the policy allows. */
export function policyOverlay({ distribution, selection, holds, pins }: OverlayRequest): string {
  return [...keepingRules({ holds, pins }), ...(selection === "security" ? securityOnly(distribution) : [])].join("\n");
}

/** Leaves exactly these versions, new dependencies included, and nothing else; what the host keeps back it keeps back from these, too. */
export function manifestOverlay(
  versions: readonly { readonly name: string; readonly to: string }[],
  keeping: Keeping = { holds: [], pins: {} },
): string {
  return [
    ...keepingRules(keeping),
    ...versions.map(({ name, to }) => rule([name], `version ${to}`, WANTED)),
    rule(["*"], "release *", NEVER),
  ].join("\n");
}

type Keeping = Pick<OverlayRequest, "holds" | "pins">;

const keepingRules = ({ holds, pins }: Keeping): string[] => [
  ...(holds.length === 0 ? [] : [rule(holds.flatMap(withSource), "version *", NEVER)]),
  ...Object.entries(pins).flatMap(([name, version]) => [
    rule([name], `version ${version}`, WANTED),
    rule([name], "release *", NEVER),
  ]),
];

const WANTED = 990;
const INSTALLED = 100;
/** Below 100 a version is taken only where nothing of the package is installed. */
const NEW_ONLY = 50;
const NEVER = -1;

/** Holding one binary of a source splits its versions, so a hold means both. */
const withSource = (hold: string): string[] => (hold.startsWith("src:") ? [hold] : [hold, `src:${hold}`]);

/**
 * Security first, the release itself so that new dependencies resolve, nothing else: a release that moves, as Debian's point
 * releases do, changes nothing that is installed. The last rule names no field: a rule such
 * as `o=*` does not match a repository that has no origin, which would then keep its priority.
 */
function securityOnly(distribution: Distribution): string[] {
  return [
    ...securityPins(distribution).map((pin) => rule(["*"], `release ${pin}`, WANTED)),
    // What is installed counts as of the host itself, or it would have the release's low priority, too.
    rule(["*"], "release a=now", INSTALLED),
    rule(["*"], `release ${basePin(distribution)}`, NEW_ONLY),
    rule(["*"], "release *", NEVER),
  ];
}

/** Ubuntu's pockets share one label and differ by archive; Debian's differ by label. */
function securityPins({ id, codename }: Distribution): string[] {
  if (id === "ubuntu") {
    return [
      `o=Ubuntu,a=${codename}-security`,
      `o=UbuntuESM,a=${codename}-infra-security`,
      `o=UbuntuESMApps,a=${codename}-apps-security`,
    ];
  }
  return ["l=Debian-Security", `o=Debian,n=${codename}-security`];
}

const basePin = ({ id, codename }: Distribution): string =>
  id === "ubuntu" ? `o=Ubuntu,a=${codename}` : `o=Debian,l=Debian,n=${codename}`;

const rule = (packages: readonly string[], pin: string, priority: number): string =>
  `Package: ${packages.join(" ")}\nPin: ${pin}\nPin-Priority: ${priority}\n`;
