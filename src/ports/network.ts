/** The network around this machine, as far as one may look at it without logging in anywhere. */
export interface Network {
  /** The line with which an SSH server greets; undefined when none does so within the time. */
  greeting(target: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<string | undefined>;
  /** The name of an address by reverse look-up; undefined when there is none, or for a name. */
  nameOf(address: string): Promise<string | undefined>;
}
