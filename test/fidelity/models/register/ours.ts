import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/index.ts';
import { QUOTAS } from '../../../../lib/infra/checks/quotas.ts';

/** Whether it throws. */
export function throws(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}

interface Options {
  readonly batchSize?: number;
  readonly batchWindowSeconds?: number;
  readonly maxConcurrency?: number;
  readonly memoryMb?: number;
  readonly queueRetention?: number;
  readonly provisionedPollers?: { readonly min: number; readonly max: number };
}

/** A job that sets no option. */
export const defaults = defineJob({ type: 'bound', payload: z.object({}) });

/** Whether a job definition takes the options. */
export const jobOf = (options: Options): boolean =>
  !throws(() => defineJob({ type: 'bound', payload: z.object({}), ...options }));

/** What a template may have at most, by `lib/infra/checks`. @throws RangeError if it has no such quota */
export function quota(type: string, what: string): number {
  const found = QUOTAS.find((one) => one.type === type && one.what === what);
  if (found === undefined) throw new RangeError(`QUOTAS has no ${what} of ${type}`);
  return found.most;
}
