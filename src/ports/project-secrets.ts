/** The encrypted files of a project, for the commands that look after them. */
import type { HostName } from "../domain/ids.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { DeclaredSecret, Generator } from "../domain/secrets/declared.ts";
import type { FleetSource } from "./nix-builder.ts";

export interface ProjectSecrets {
  /** All files of age below secrets/, from the project's folder, sorted. */
  list(): Promise<readonly string[]>;
  /** Undefined when there is no such file. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all. */
  write(file: string, bytes: Uint8Array | string): Promise<void>;
  decrypt(file: string, bytes: Uint8Array, signal: AbortSignal): Promise<Result<Uint8Array>>;
  /** @param keys age1… and ssh-ed25519 lines */
  encrypt(value: Uint8Array, keys: readonly string[]): Promise<Result<Uint8Array>>;
  /** Opens the operator's editor on a file in memory, which is gone afterwards whatever happens. */
  edit(name: string, value: Uint8Array, signal: AbortSignal): Promise<Result<Uint8Array>>;
  /**
   * Where values lie in clear in the project, and in these files and folders of the store.
   * @param values by the file that they are encrypted in
   */
  leaks(values: ReadonlyMap<string, Uint8Array>, storePaths?: readonly string[]): Promise<readonly Leak[]>;
  generate(generator: Generator, request: GeneratorRequest): Promise<Result<GeneratedSecret>>;
}

export interface Leak {
  /** The encrypted file. */
  readonly secret: string;
  /** Where its value stands in clear. */
  readonly path: string;
}

export interface GeneratorRequest {
  readonly name: string;
  /** Values of the secrets that it depends on. */
  readonly needs: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal;
}

export interface GeneratedSecret {
  readonly value: Uint8Array;
  /** For everybody to read. */
  readonly publicPart?: string;
}

/** What the fleet's Nix declares, also before any value exists. */
export type SecretDeclarations = (request: {
  readonly source: FleetSource;
  readonly inventoryJson: string;
  readonly hosts: readonly HostName[];
  readonly signal: AbortSignal;
}) => Promise<Result<ReadonlyMap<HostName, readonly DeclaredSecret[]>>>;
