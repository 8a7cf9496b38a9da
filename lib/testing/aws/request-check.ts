import type { Call } from './faults.ts';

/** Looks at a request that the in-memory AWS has taken. @throws where AWS itself would refuse it */
export type RequestCheck = (call: Call) => void;

let current: RequestCheck | undefined;

/**
 * Has every request looked at from now on, of all in-memory services of this process. The project's own tests hold requests to AWS's
 * service models by it; a long simulation leaves it out, for it takes longer than many a request.
 *
 * @param check undefined to look at none
 * @returns what looked at them until now
 */
export function checkRequests(check: RequestCheck | undefined): RequestCheck | undefined {
  const before = current;
  current = check;
  return before;
}

/** @throws what the check throws */
export const checkRequest = (call: Call): void => current?.(call);
