/** What a host shall have after its bootstrap. */
import type { HostName } from "../ids.ts";

export interface BootstrapWishes {
  readonly deployUser: string;
  /** "restricted": nothing but the program that is installed for it; docs/trust.md. */
  readonly sudo: "nopasswd" | "password" | "restricted";
  /** The host's name in the inventory. */
  readonly host: HostName;
  /** `NAME:BASE64`: closures that one of these keys has signed are accepted. */
  readonly publicKeys: readonly string[];
  /** `TYPE BASE64` of keys that may log in as the deploy user. */
  readonly loginKeys: readonly string[];
}
