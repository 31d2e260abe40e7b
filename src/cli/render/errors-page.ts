/** docs/errors.md: every failure code, from the same table that the program uses. */
import { type ExitCode, exitCodeOf } from "../../domain/outcome/exit-codes.ts";
import type { FailureEntry } from "../../domain/outcome/failure-codes/index.ts";

export function errorsPage(codes: Readonly<Record<string, FailureEntry>>): string {
  const areas = Map.groupBy(Object.keys(codes).sort(), (code) => code.slice(0, code.indexOf("/")));
  const sections = [...areas].map(([area, names]) => {
    const entries = names.map((name) => section(name, codes[name]));
    return `## ${area}\n\n${entries.join("\n")}`;
  });
  return `${HEAD}\n${sections.join("\n")}`;
}

const HEAD = `# Errors

<!-- Written by scripts/errors-page.ts from src/domain/outcome/failure-codes; edits here are lost. -->

Every failure has a stable code, as in \`error[plan/stale]\`. \`nixfleet explain CODE\` prints the same as this page. The exit code is
that of a command in which nothing worse happens; the precedence is 130/143 > 1 > 3 > 7/8 > 6 > 5 > 4 > 75 > 2.

| exit code | meaning |
|---|---|
| 0 | done; for \`plan\` also when there are changes, unless \`--detailed-exitcode\` |
| 1 | internal error: a bug |
| 2 | changes are present, only with \`--detailed-exitcode\` or \`status --max-age\` |
| 3 | usage, configuration, inventory |
| 4 | some hosts were unreachable, none failed |
| 5 | a host failed or was rolled back |
| 6 | halted by policy |
| 7 | the plan is stale |
| 8 | locked by another run |
| 75 | paused, resume later |
| 130, 143 | interrupted, after an orderly stop |
`;

function section(code: string, entry: FailureEntry | undefined): string {
  if (entry === undefined) throw new Error(`${code} is not in the table that it was taken from`);
  const exit: ExitCode = exitCodeOf(entry.kind);
  return `### ${code}\n\n${entry.meaning}\n\nExit code ${exit}. ${entry.remedy}\n`;
}
