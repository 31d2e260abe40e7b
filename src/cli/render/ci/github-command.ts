/** Workflow commands of GitHub Actions: how they are written, and how other text is kept from being taken for one. */

export type CommandName = "error" | "warning" | "group" | "endgroup";

/** One line, without its end. Properties that are undefined are left out. */
export function workflowCommand(
  name: CommandName,
  message = "",
  properties: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const written = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapedProperty(String(value))}`],
  );
  return `::${name}${written.length === 0 ? "" : ` ${written.join(",")}`}::${escapedMessage(message)}`;
}

const escapedMessage = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapedProperty = (text: string): string => escapedMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** What a host printed must not command the job: both forms of a command lose their beginning. */
export const harmless = (text: string): string => text.replace(/^([ \t]*)::/gm, "$1\\::").replaceAll("##[", "##\\[");
