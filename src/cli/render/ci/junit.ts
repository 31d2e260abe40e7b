/** A report as JUnit XML: one test case for each host. */
import { renderError } from "../failures.ts";
import { count } from "../layout.ts";
import type { CiHost, CiReport } from "./outcome.ts";

/** Ends with a newline. */
export function junitXml({ verb, ms, hosts }: CiReport): string {
  const number = (outcome: CiHost["outcome"]): number => hosts.filter((host) => host.outcome === outcome).length;
  const attributes = [
    `name="nixfleet ${text(verb)}"`,
    `tests="${hosts.length}"`,
    `failures="${number("failed")}"`,
    `errors="${number("unreachable")}"`,
    `skipped="${number("skipped")}"`,
    `time="${seconds(ms)}"`,
  ].join(" ");
  const cases = hosts.map((host) => testCase(verb, host));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite ${attributes}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(verb: string, host: CiHost): string {
  const head = `    <testcase classname="nixfleet.${text(verb)}" name="${text(host.name)}" time="${seconds(host.ms)}"`;
  if (host.outcome === "passed") return `${head}/>`;
  const what = host.error?.what.startsWith(host.word) === true ? host.error.what : wordsOf(host);
  if (host.outcome === "skipped") return `${head}>\n      <skipped message="${text(what)}"/>\n    </testcase>`;
  const element = host.outcome === "failed" ? "failure" : "error";
  const type = text(host.error?.code ?? host.word);
  const body = host.error === undefined ? "" : text(renderError(host.error, [host.name]));
  return `${head}>\n      <${element} type="${type}" message="${text(what)}">${body}</${element}>\n    </testcase>`;
}

const wordsOf = ({ word, error }: CiHost): string => (error === undefined ? word : `${word}: ${error.what}`);

/** For a command that ended before it knew of any host. */
export const obstacleReport = (verb: string, errors: readonly NonNullable<CiHost["error"]>[]): CiReport => ({
  verb,
  ms: 0,
  hosts: errors.map((error, index) => ({
    name: `${error.code}${index === 0 ? "" : ` ${count(index + 1, "error")}`}`,
    outcome: "failed",
    word: "failed",
    ms: 0,
    error,
  })),
});

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** XML has no way to write most control characters, half surrogates and two code points. */
const text = (raw: string): string =>
  raw
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"'\n\r\t]/g, (character) => ESCAPES[character] ?? character);

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Written as they are they would become spaces in an attribute.
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};
