/**
 * An outline of ssh_config files: just enough to tell which host names must resolve alike, so that `ssh -G` need not be
 * asked for each of a thousand hosts. It decides nothing about values; `ssh -G` alone does that.
 */
import { matchesPatternList } from "./pattern.ts";

export interface ConfigOutline {
  /** The patterns of each `Host` line, in order. */
  readonly hostLines: readonly (readonly string[])[];
  /** Arguments of `Include`, as written. */
  readonly includes: readonly string[];
  /** Something else than the host's name decides too: Match criteria, or canonical names. */
  readonly hasConditions: boolean;
}

/** Takes the text of one file. */
export function outlineConfig(text: string): ConfigOutline {
  const hostLines: string[][] = [];
  const includes: string[] = [];
  let hasConditions = false;
  for (const line of text.split("\n")) {
    const match = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line);
    const words = (match?.[2]?.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, "$1"));
    switch (match?.[1]?.toLowerCase()) {
      case "host":
        hostLines.push(words);
        break;
      case "include":
        includes.push(...words);
        break;
      case "match":
        hasConditions ||= words.join(" ").toLowerCase() !== "all";
        break;
      case "canonicalizehostname":
        hasConditions ||= words[0]?.toLowerCase() !== "no";
        break;
    }
  }
  return { hostLines, includes, hasConditions };
}

/** Names with equal signatures get equal answers from `ssh -G`, but for the name itself; undefined when that is not sure. */
export function signatureOf(outlines: readonly ConfigOutline[], alias: string): string | undefined {
  if (outlines.some((outline) => outline.hasConditions) || alias !== alias.toLowerCase()) return undefined;
  return outlines
    .flatMap(({ hostLines }) => hostLines.map((line) => (matchesPatternList(line, alias) ? "1" : "0")))
    .join("");
}

/**
 * The answer for another name of the same signature: HostName is the name itself unless a block says otherwise. Undefined when
 * the answer holds the name in another way (`HostName %h.example.com`), so that it has to be asked for.
 */
export function answerFor(answer: string, answeredAlias: string, alias: string): string | undefined {
  if (alias === answeredAlias) return answer;
  const lines = answer.split("\n").map((line) => {
    const [key, value] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
    if ((key === "host" || key === "hostname") && value === answeredAlias) return `${key} ${alias}`;
    return key === "host" ? `host ${alias}` : line;
  });
  const rest = lines.filter((line) => line !== `host ${alias}` && line !== `hostname ${alias}`);
  return rest.some((line) => line.toLowerCase().includes(answeredAlias.toLowerCase())) ? undefined : lines.join("\n");
}
