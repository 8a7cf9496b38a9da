/** Why a chain did not complete. */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

/** Another service that waits for a chain's end, by the token or id that it gave. */
export interface Tell {
  success(id: string, output: string): Promise<unknown>;
  failure(id: string, failure: Failure): Promise<unknown>;
  heartbeat(id: string): Promise<unknown>;
}

/** Whoever may wait. A service whose client is not in the bundle is undefined. */
export interface Tellers {
  readonly stepFunctions: Tell | undefined;
  readonly durableFunctions: Tell | undefined;
}
