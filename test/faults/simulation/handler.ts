import * as z from 'zod';
import { defineJob, type JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import { PermanentError, RetryAfterError, SnoozeError } from '../../../lib/contract/errors.ts';
import { type Clock, sleep } from '../../../lib/engine/clock.ts';
import type { JobContext } from '../../../lib/engine/job-context.ts';
import type { Surroundings } from '../../../lib/testing/simulation/model.ts';

export const EFFECTS = 'effects';
export const BEHAVIOURS = [
  ...(['commit', 'pages', 'flaky', 'permanent', 'fickle', 'slow'] as const),
  ...(['zombie', 'deaf', 'late', 'snooze', 'poison', 'bulky', 'reports'] as const),
  ...(['leaves', 'throws', 'shutDown'] as const),
] as const;
/** Of two runs at a time one may complete, and the other one fail: for types whose jobs may run twice. */
export const LUCKY = 'lucky';
/** It commits, if its third party is there: for types with a circuit breaker. */
export const PARTNER = 'partner';
export type Behaviour = (typeof BEHAVIOURS)[number] | typeof LUCKY | typeof PARTNER;

/** Jobs that end their process, each once while others run beside them. */
export const HARMFUL: readonly Behaviour[] = ['poison', 'throws', 'shutDown'];

/** Jobs that nothing of their own can kill. */
export const INNOCENT: readonly Behaviour[] = ['commit', 'pages'];

const payload = z.object({
  ...{ do: z.enum([...BEHAVIOURS, LUCKY, PARTNER]), seconds: z.number(), mark: z.string() },
  filler: z.string().optional(),
});
export type SimulatedPayload = z.infer<typeof payload>;

type Varied = Partial<
  Pick<JobDefinition, 'timeoutSeconds' | 'parallel' | 'batchSize' | 'rateLimit' | 'completionEvent'>
>;
const define = (delaysSeconds: number[], options: Varied) =>
  defineJob({
    type: 'sim',
    payload,
    retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds, jitter: 0.2 } },
    ...options,
  });

/** Side by side, one by one, with batches that outlast a parked job's wait, with a completion event, and held to rates. */
export const DEFINITIONS = [
  define([1, 70, 600], { timeoutSeconds: 10 }),
  define([1, 70, 600], { timeoutSeconds: 10, parallel: false, batchSize: 3 }),
  define([70, 1, 600], { timeoutSeconds: 100 }),
  define([1, 70, 600], { timeoutSeconds: 10, completionEvent: true }),
  define([1, 70, 600], { timeoutSeconds: 10, rateLimit: { limit: 1, perSeconds: 45 } }),
  // A turn is further ahead than a job waits in place; a batch has several tokens.
  define([1, 70, 600], { timeoutSeconds: 10, rateLimit: { limit: 1, perSeconds: 150 }, completionEvent: true }),
  define([1, 70, 600], { timeoutSeconds: 10, rateLimit: { limit: 20, perSeconds: 10 }, batchSize: 5 }),
] as const;

/** The user's work: what a payload asks for. */
export async function work(given: unknown, context: JobContext, surroundings: Surroundings): Promise<unknown> {
  const { clock, kill, random } = surroundings;
  const { do: behaviour, seconds, mark } = payload.parse(given);
  const timeoutMs = context.remainingMs();
  switch (behaviour) {
    case 'commit':
    case PARTNER:
      await sleep(clock, seconds * 10);
      return commit(mark, context);
    case 'pages':
      return pages(mark, context, { clock, pageMs: 50 });
    case 'deaf':
      // Ignores its signal: the third page is written when the attempt is over, or not at all.
      return pages(mark, context, { clock, pageMs: timeoutMs * 0.4 });
    case 'flaky':
      if (context.job.attempts < 3) throw seconds > 30 ? new RetryAfterError(seconds) : random.pick(UNREADABLE)();
      return commit(mark, context);
    case 'permanent':
      throw Object.assign(new PermanentError('never'), { cause: random.pick(UNREADABLE)() });
    case 'fickle':
      if (context.job.attempts === 1) throw new PermanentError('not today');
      return commit(mark, context);
    case 'slow':
      await sleep(clock, seconds * 1000);
      return mark;
    case 'zombie':
      // Tries to write long after its attempt has ended.
      await sleep(clock, timeoutMs + 1000 + seconds * 1000);
      await context.checkpoint([count(`${mark}/zombie`)], 'zombie');
      return mark;
    case 'late':
      // Its page is on its way when its attempt ends.
      await sleep(clock, Math.max(0, timeoutMs - seconds));
      await context.checkpoint(
        [count(`${mark}/late-${context.job.run}-${context.job.attempts}`)],
        context.job.attempts,
      );
      return mark;
    case LUCKY:
      return lucky(mark, context, surroundings);
    case 'snooze':
      if (clock.now() < Date.parse(context.job.createdAt) + seconds * 1000) throw new SnoozeError(seconds / 3);
      return commit(mark, context);
    case 'reports':
      return reports(context, { clock, fails: seconds > 30 });
    case 'bulky':
      return bulky(mark, context, seconds);
    case 'poison':
      kill();
      return new Promise(() => undefined);
    case 'leaves':
    case 'throws':
    case 'shutDown':
      return careless({ do: behaviour, seconds, mark }, context, surroundings);
  }
}

async function lucky(mark: string, context: JobContext, { clock, random }: Surroundings): Promise<unknown> {
  await sleep(clock, random.int(0, random.pick([1000, 9000])));
  if (random.percent(25)) throw random.percent(50) ? new Error('no luck') : new RetryAfterError(90);
  if (random.percent(20)) throw new PermanentError('no luck at all');
  if (random.percent(15)) throw new SnoozeError(5);
  if (random.percent(30)) return [await pages(mark, context, { clock, pageMs: 50 }), 'by pages'];
  return [commit(mark, context), 'by commit'];
}

/** Leaves something behind that goes wrong while it works for a second, or later; or is shut down in the middle. */
async function careless(
  { do: behaviour, seconds, mark }: SimulatedPayload,
  context: JobContext,
  { clock, reject, crash, shutDown }: Surroundings,
): Promise<unknown> {
  const goWrong = async () => {
    await sleep(clock, seconds * 100);
    if (behaviour === 'leaves') reject(new Error(`left by ${mark}`));
    else if (behaviour === 'throws') crash(new Error(`thrown by ${mark}`));
    else if (context.job.error?.name !== 'ShutdownError') shutDown();
  };
  void goWrong();
  await sleep(clock, 1000);
  return commit(mark, context);
}

const refuse = () => {
  throw new Error('hands off');
};

/** Errors that cannot be read, and one that can. */
const UNREADABLE = [
  () => new Error('flaky'),
  () => Object.assign(new Error('flaky'), { stack: [] }),
  () => Object.defineProperty(new Error('flaky'), 'cause', { get: refuse }),
  () => Object.defineProperty(new Error('flaky'), 'message', { get: refuse }),
  () => new Proxy(new Error('flaky'), { get: refuse, getPrototypeOf: refuse }),
] as const;

/** Reports more often than once a second. It returns, or throws, the last value that it reported. */
async function reports(
  { job, progress }: JobContext,
  { clock, fails }: { clock: Clock; fails: boolean },
): Promise<string> {
  let last = '';
  for (let step = 1; step <= 7; step++) {
    last = `${job.run}-${job.attempts}-${step}`;
    // Nobody waits for it: one may overtake another.
    progress(last).catch(() => undefined);
    await sleep(clock, 500);
  }
  if (fails) throw new Error(last);
  await sleep(clock, 3000);
  return last;
}

function commit(mark: string, context: JobContext): string {
  context.commit([count(`${mark}/commit`)]);
  return mark;
}

async function pages(
  mark: string,
  { job, checkpoint }: JobContext,
  { clock, pageMs }: { clock: Clock; pageMs: number },
): Promise<unknown> {
  for (let page = Number(job.checkpoint ?? 0) + 1; page <= 3; page++) {
    await sleep(clock, pageMs);
    await checkpoint([count(`${mark}/page-${page}`)], page);
  }
  return mark;
}

/** What `bulky` keeps as its checkpoint: beside it, an item of {@link NARROW_ITEM_BYTES} has no room for its body. */
const BALLAST = 'b'.repeat(1500);
/** Of a body that alone fits an item of {@link NARROW_ITEM_BYTES}. */
export const FILLER = 'f'.repeat(1500);
/** Instead of 400 KB: an item near the limit is cheap. */
export const NARROW_ITEM_BYTES = 3500;

/** Is put back twice with a checkpoint so large that its item has no room for its message, then commits. */
async function bulky(mark: string, context: JobContext, seconds: number): Promise<string> {
  const { attempts, checkpoint } = context.job;
  if (checkpoint === undefined) await context.checkpoint([count(`${mark}/page-1`)], BALLAST);
  if (attempts === 1) throw new RetryAfterError(Math.max(65, seconds));
  if (attempts === 2) throw new Error('bulky');
  return commit(mark, context);
}

const count = (id: string) => ({
  Update: {
    TableName: EFFECTS,
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});
