/** Patterns of ssh_config(5) and known_hosts: `*`, `?`, lists, and `!` for exceptions. */

/** True when one pattern matches and no pattern behind `!` does. */
export function matchesPatternList(patterns: readonly string[], name: string): boolean {
  const exceptions = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  if (exceptions.some((pattern) => matchesPattern(pattern, name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, name));
}

/** `*` stands for any text and `?` for one character; nothing else is special, brackets included. Never exponential. */
function matchesPattern(pattern: string, name: string): boolean {
  let star = -1;
  let resume = 0;
  let p = 0;
  let n = 0;
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
