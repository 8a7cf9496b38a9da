import { setTimeout as sleep } from 'node:timers/promises';
import { RetryAfterError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';

const EFFECTS_TABLE = process.env.EFFECTS_TABLE ?? '';

interface Work {
  readonly workMs: number;
  /** The first attempt fails, and the next is due by the policy, or after so many seconds. */
  readonly failFirst?: boolean | undefined;
  readonly waitSeconds?: number | undefined;
}

/** Works, and counts that it did: together with the job's completion. */
export async function work({ workMs, failFirst, waitSeconds }: Work, { job, signal, commit }: JobContext) {
  if (failFirst && job.attempts === 1) {
    throw waitSeconds === undefined ? new Error('asked to fail') : new RetryAfterError(waitSeconds);
  }
  await sleep(workMs, undefined, { signal });
  const Key = { id: job.id };
  const ExpressionAttributeValues = { ':one': 1 };
  commit([
    { Update: { TableName: EFFECTS_TABLE, Key, UpdateExpression: 'ADD times :one', ExpressionAttributeValues } },
  ]);
}
