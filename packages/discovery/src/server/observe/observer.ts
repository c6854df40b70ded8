import type { RpcStatusName } from '@cosi-ts/core';

/** Hears what a service does, for statistics. Its methods must not throw. */
export interface DiscoveryObserver {
  /** A Hello of a client of this version, `vMAJOR.MINOR` or `unknown`. */
  hello(versionLabel: string): void;
  /** A call was let in, with its one request. */
  callStarted(call: ObservedCall): void;
  messageSent(call: ObservedCall): void;
  /** @param millis since it was let in */
  callEnded(call: ObservedCall, status: RpcStatusName, millis: number): void;
  /** What expired was removed. */
  collected(removed: { readonly clusters: number; readonly affiliates: number }): void;
  snapshot(operation: 'save' | 'load', result: SnapshotResult | undefined): void;
}

export interface ObservedCall {
  /** `Hello`, `AffiliateUpdate`, … */
  readonly method: string;
  readonly isStream: boolean;
}

/** What was saved or loaded. */
export interface SnapshotResult {
  readonly bytes: number;
  readonly clusters: number;
  readonly affiliates: number;
  readonly endpoints: number;
  readonly millis: number;
}
