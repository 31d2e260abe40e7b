/** What becomes of hosts when something fails. */
export const onFailurePolicies = ["rollback", "rollback-stage", "rollback-all", "stop", "continue"] as const;
export type OnFailure = (typeof onFailurePolicies)[number];
