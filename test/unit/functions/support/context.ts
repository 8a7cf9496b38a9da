import { Logger } from '@aws-lambda-powertools/logger';
import { expect } from 'vitest';
import type { Job } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';

type Fields = Partial<Omit<JobContext, 'job' | 'log'>> & { readonly job?: Partial<Job> };

/** What a handler gets, without an engine behind it: each part can be put in. */
export function fakeContext({ job, ...fields }: Fields = {}): JobContext {
  return {
    job: { ...JOB, ...job },
    signal: new AbortController().signal,
    log: new Logger({ logLevel: 'SILENT' }),
    remainingMs: () => 30_000,
    idempotencyKey: 'process-payment#ord-1',
    progress: async () => {},
    commit: unexpected('commit'),
    checkpoint: unexpected('checkpoint'),
    enqueue: unexpected('enqueue'),
    batch: unexpected('batch'),
    ...fields,
  };
}

const JOB: Job = {
  id: 'job-1',
  type: 'probe',
  key: 'ord-1',
  payload: {},
  attempts: 1,
  maxAttempts: 5,
  createdAt: '2026-01-01T00:00:00.000Z',
  processedAt: '2026-01-01T00:00:01.000Z',
  run: 1,
  attributes: {},
};

const unexpected = (name: string) => () => {
  throw new Error(`${name} was not expected here`);
};

/** What a promise was rejected with; it is an error if it was not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(
    (value) => new Error(`expected a rejection, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}
