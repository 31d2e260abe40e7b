/** Reads files and links of the local Nix store, for diffs. */
export interface StoreFiles {
  /** The content; undefined when the path is not here, no regular file, or longer than the limit. */
  read(storeFile: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Where a link points to, as it is written; undefined when the path is not here, or no link. */
  target(storeLink: string): Promise<string | undefined>;
}
