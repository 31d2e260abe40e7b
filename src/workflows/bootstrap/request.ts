/** What a bootstrap is asked for, and with what it works. */
import type { FreshHost } from "../../domain/bootstrap/look.ts";
import type { BootstrapStepName, HostPreparation } from "../../domain/bootstrap/step.ts";
import type { BootstrapWishes } from "../../domain/bootstrap/wishes.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { NewHostKeys, OfferedKey } from "../../ports/host-keys.ts";
import type { Connection } from "../../ports/transport.ts";

export interface BootstrapRequest {
  readonly hosts: readonly ResolvedHost[];
  /** Who logs in before there is a deploy account. */
  readonly loginUser: string;
  readonly maxParallel: number;
  /** By host: the deploy account may differ. */
  readonly wishes: (host: ResolvedHost) => Result<BootstrapWishes>;
  /** Only look and show. */
  readonly check: boolean;
  readonly newHostKeys: NewHostKeys;
  /** Text of the bootstrap program. */
  readonly program: string;
  readonly people: BootstrapPeople;
}

/** What people are shown and asked. */
export interface BootstrapPeople {
  /** Whether these keys are the hosts' own. */
  confirmKeys(offers: readonly { readonly host: ResolvedHost; readonly key: OfferedKey }[]): Promise<Result<boolean>>;
  show(prepared: readonly Prepared[]): void;
  confirm(hosts: number): Promise<Result<boolean>>;
}

/** A host that was looked at. */
export interface Prepared {
  readonly host: ResolvedHost;
  readonly outcome: Result<Preparation>;
}

export interface Preparation {
  readonly wishes: BootstrapWishes;
  readonly connection: Connection;
  readonly found: FreshHost;
  readonly plan: HostPreparation;
}

/** In the order in which they are done. */
export const stepsToDo = ({ steps }: HostPreparation): readonly BootstrapStepName[] =>
  steps.flatMap(({ name, state }) => (state === "do" ? [name] : []));
