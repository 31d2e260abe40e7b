/** Colour and symbols: whether a stream gets them is decided once, and every renderer asks this. */
import { Chalk } from "chalk";

export type ColorChoice = "auto" | "always" | "never";

export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  strong(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  /** Names of hosts, groups and other things. */
  name(text: string): string;
  added(text: string): string;
  removed(text: string): string;
  changed(text: string): string;
}

export interface StyledStream {
  readonly isTTY?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The style for one stream; stdout and stderr are asked separately. Only the terminal's own 16 colours are used. */
export function styleFor(stream: StyledStream, env: Environment, choice: ColorChoice = "auto"): Style {
  const color = usesColor(stream, env, choice);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    color,
    unicode: usesUnicode(env),
    strong: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    bad: chalk.red.bold,
    warning: chalk.yellow,
    name: chalk.cyan,
    added: chalk.green,
    removed: chalk.red,
    changed: chalk.yellow,
  };
}

/** No colour at all, for files and tests. */
export const plainStyle: Style = styleFor({}, {}, "never");

/**
 * --color, then NIXFLEET_COLOR, NO_COLOR (not empty), FORCE_COLOR or CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, and at last
 * whether the stream is a terminal.
 */
export function usesColor(stream: StyledStream, env: Environment, choice: ColorChoice): boolean {
  if (choice !== "auto") return choice === "always";
  const own = env.NIXFLEET_COLOR;
  if (own === "always" || own === "never") return own === "always";
  if (isSet(env.NO_COLOR)) return false;
  if (isForced(env.FORCE_COLOR) || isForced(env.CLICOLOR_FORCE)) return true;
  if (env.FORCE_COLOR === "0" || env.CLICOLOR === "0" || env.TERM === "dumb") return false;
  return stream.isTTY === true;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

const isForced = (value: string | undefined): boolean => isSet(value) && value !== "0" && value !== "false";

/** Whether the locale can show more than ASCII; the Linux console has few glyphs, so it counts as plain. */
function usesUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return env.TERM !== "linux" && /utf-?8/i.test(locale);
}
