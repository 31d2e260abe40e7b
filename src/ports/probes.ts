/** Health checks that are asked from the machine of the CLI, by the way that users take. */
export interface Probes {
  /** The status of the answer, without following where it points to; or why there is none. */
  http(url: string, limits: ProbeLimits): Promise<ProbeOutcome<number>>;
  /** Connects, and closes at once. */
  tcp(host: string, port: number, limits: ProbeLimits): Promise<ProbeOutcome<true>>;
}

export interface ProbeLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type ProbeOutcome<T> = { readonly answer: T } | { readonly trouble: string };
