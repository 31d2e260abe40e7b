/** How long a run waits while nothing but a window, or an approval, is missing. */
import type { Draft } from "./draft.ts";

export interface Patience {
  /** Null means as long as it takes. */
  readonly windowPatienceMs: number | null;
  readonly approvalPatienceMs: number | null;
}

export function setPatience({ state, nowMs }: Draft, { windowPatienceMs, approvalPatienceMs }: Patience): void {
  state.windowWaitEndsMs = windowPatienceMs === null ? null : nowMs + windowPatienceMs;
  state.approvalWaitEndsMs = approvalPatienceMs === null ? null : nowMs + approvalPatienceMs;
}
