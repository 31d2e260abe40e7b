/** Expands what ssh_config(5) allows in paths: a leading `~`, `%` tokens and `${VARIABLE}`. */

export interface TokenValues {
  readonly home: string;
  readonly localUser: string;
  readonly localUid: number;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** The name that was asked for, before HostName applied. */
  readonly alias: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Unknown tokens and unset variables stay as they are: the file then does not exist, which is reported by its name. */
export function expandPath(path: string, values: TokenValues): string {
  const tokens: Readonly<Record<string, string>> = {
    "%%": "%",
    "%d": values.home,
    "%h": values.hostname,
    "%i": String(values.localUid),
    "%n": values.alias,
    "%p": String(values.port),
    "%r": values.user,
    "%u": values.localUser,
  };
  return path
    .replace(/^~(?=\/|$)/, () => values.home)
    .replace(/%[%a-zA-Z]|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (token, variable: string | undefined) =>
      variable === undefined ? (tokens[token] ?? token) : (values.environment[variable] ?? token),
    );
}
