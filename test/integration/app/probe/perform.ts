import { setTimeout as sleep } from 'node:timers/promises';
import { type Payload, PermanentError, RetryAfterError, SnoozeError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import type { probe, Step } from './definition.ts';

const EFFECTS_TABLE = process.env.EFFECTS_TABLE ?? '';

export async function perform({ steps }: Payload<typeof probe>, context: JobContext): Promise<unknown> {
  const step = steps[Math.min(context.job.attempts, steps.length) - 1];
  if (step === undefined) throw new TypeError('no step');
  return take(step, context);
}

function take(step: Step, context: JobContext): Promise<unknown> | unknown {
  switch (step.do) {
    case 'complete':
      return step.result ?? { attempts: context.job.attempts, checkpoint: context.job.checkpoint ?? null };
    case 'fail':
      throw Object.assign(
        new Error(step.message ?? 'asked to fail', { cause: new Error('the cause') }),
        step.name && { name: step.name },
      );
    case 'throwValue':
      throw step.value;
    case 'permanent':
      throw new PermanentError(step.message);
    case 'retryAfter':
      throw new RetryAfterError(step.seconds);
    case 'snooze':
      return snooze(step, context);
    case 'work':
      return sleep(step.ms, 'worked', { signal: context.signal });
    case 'hang':
      return sleep(step.ms).then(() => Promise.reject(new Error('too late')));
    case 'leave':
      void sleep(step.afterMs).then(() => Promise.reject(new RangeError('left behind')));
      return sleep(step.ms, 'worked');
    case 'throw':
      setTimeout(() => {
        throw new RangeError('thrown in a timer');
      }, step.afterMs);
      return sleep(step.ms, 'worked');
    case 'exit':
      return process.exit(1);
    default:
      return write(step, context);
  }
}

async function write(
  step: Extract<Step, { do: 'commit' | 'commitTaken' | 'pages' | 'progress' | 'bigResult' }>,
  context: JobContext,
) {
  switch (step.do) {
    case 'commit':
      context.commit(step.effects.map(count));
      if (step.thenFail && context.job.attempts === 1) throw new Error('after commit');
      return 'committed';
    case 'commitTaken':
      context.commit([
        {
          Put: { TableName: EFFECTS_TABLE, Item: { id: step.effect }, ConditionExpression: 'attribute_not_exists(id)' },
        },
      ]);
      return 'committed';
    case 'pages':
      return page(step, context);
    case 'progress':
      for (const value of step.values) {
        await context.progress(value);
        await sleep(step.everyMs, undefined, { signal: context.signal });
      }
      return 'reported';
    case 'bigResult':
      return 'x'.repeat(step.bytes);
  }
}

async function snooze({ times, seconds }: Step & { do: 'snooze' }, { job, checkpoint }: JobContext) {
  const snoozed = typeof job.checkpoint === 'number' ? job.checkpoint : 0;
  if (snoozed === times) return 'awake';
  await checkpoint([], snoozed + 1);
  throw new SnoozeError(seconds);
}

async function page({ pages, failAfter }: Step & { do: 'pages' }, { job, checkpoint }: JobContext) {
  const done = typeof job.checkpoint === 'number' ? job.checkpoint : 0;
  for (let n = done + 1; n <= pages; n++) {
    await checkpoint([count(`${job.id}-page-${n}`)], n);
    if (n === failAfter && job.attempts === 1) throw new Error(`after page ${n}`);
  }
  return { pages };
}

/** Counts how often an effect happened. */
export const count = (id: string) => ({
  Update: {
    TableName: EFFECTS_TABLE,
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});
