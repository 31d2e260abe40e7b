/** How Nix names the fleet's files in its messages, and how their owner does. */
import { fileUrl } from "./flake-url.ts";
import type { NixLogMessage } from "./log-line.ts";

/** Where the fleet lies in the store, and where it came from. */
export interface SourceTree {
  readonly storePath: string;
  /** Of the whole repository, of which the fleet may be a folder. */
  readonly root: string;
}

/** As Nix names them: their copies in the store, or since 2.34 the files themselves. */
export const isOwnFile = (file: string, { storePath, root }: SourceTree): boolean =>
  file.startsWith(`${storePath}/`) || file.startsWith(`${root}/`);

/** The user's files instead of their copies in the store. */
export const withOwnFiles = (text: string, tree: SourceTree | undefined): string =>
  tree === undefined ? text : text.replaceAll(`${tree.storePath}/`, `${tree.root}/`);

/**
 * Since 2.34 Nix need not copy a git tree into the store to read it, and names its files
 * `«git+file:///home/me/fleet?ref=…&rev=…»/hosts/web-1.nix`: here they get their own names.
 */
export function withoutTreeUrls(message: NixLogMessage, { root }: SourceTree): NixLogMessage {
  const url = `git+${fileUrl(root, true)}`;
  const plain = (text: string): string =>
    text.replace(/«([^»?]*)(?:\?[^»]*)?»\//g, (whole, place) => (place === url ? `${root}/` : whole));
  const plainFile = <T extends { readonly file?: string | null | undefined; readonly raw_msg?: string | undefined }>(
    entry: T,
  ): T => ({
    ...entry,
    ...(typeof entry.file === "string" ? { file: plain(entry.file) } : {}),
    ...(entry.raw_msg === undefined ? {} : { raw_msg: plain(entry.raw_msg) }),
  });
  const { trace } = message;
  return {
    ...plainFile(message),
    msg: plain(message.msg),
    ...(trace === undefined ? {} : { trace: trace.map(plainFile) }),
  };
}
