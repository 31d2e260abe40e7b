/** Reads files of the local Nix store, for diffs. */
export interface StoreFiles {
  /** The content; undefined when the path is not here, no regular file, or longer than the limit. */
  read(storeFile: string, maxBytes: number): Promise<Uint8Array | undefined>;
}
