/** Debian's order of versions (Debian Policy 5.6.12). */

/** Below zero when `left` is older, above when newer, 0 when neither. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function partsOf(version: string) {
  const colon = version.indexOf(":");
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "0" : rest.slice(dash + 1),
  };
}

/** Stretches of other signs and of digits in turn: the first by signs, the second by number. */
function compareParts(left: string, right: string): number {
  const [a, b] = [stretches(left), stretches(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, other] = [a[index] ?? "", b[index] ?? ""];
    const order = index % 2 === 0 ? compareSigns(one, other) : compareNumbers(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

const stretches = (text: string): string[] =>
  [...text.matchAll(/([^0-9]*)([0-9]*)/g)].flatMap(([, signs = "", digits = ""]) => [signs, digits]);

function compareSigns(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = rank(left[index]) - rank(right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, letters before everything else. */
function rank(sign: string | undefined): number {
  if (sign === "~") return -1;
  if (sign === undefined) return 0;
  return /[A-Za-z]/.test(sign) ? sign.charCodeAt(0) : sign.charCodeAt(0) + 256;
}

/** Numbers may be longer than a double is exact. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ""), right.replace(/^0+/, "")];
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
