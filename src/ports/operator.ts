/** Who runs the CLI, and where. */
export interface Operator {
  /** `user@machine`, for locks, journals and audit lines. */
  readonly name: string;
}
