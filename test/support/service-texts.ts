/** Unit files for tests of activations. */

/** A service that runs until it is stopped; `version` makes its file another one. */
export const service = (
  version: number | string,
  more: { readonly exec?: string; readonly lines?: string } = {},
): string =>
  [
    "[Unit]",
    `Description=test ${version}`,
    "[Service]",
    `ExecStart=${more.exec ?? "/bin/sleep infinity"}`,
    "ExecReload=/bin/true",
    ...(more.lines === undefined ? [] : [more.lines]),
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
