import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, type JobDefinition } from '../../../../lib/contract/definition/job-definition.ts';
import { LeaseLostError } from '../../../../lib/contract/errors.ts';
import { job, type PlannedJob } from '../../../../lib/contract/planned-job.ts';
import type { Batch } from '../../../../lib/engine/flow-types.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';
import { SIDE_TABLE } from '../../../support/probe.ts';

const payload = z.object({ to: z.email(), filler: z.string().optional() });
const OK = { to: 'ann@example.com' };
const define = (type: string, handsOn?: readonly string[]) =>
  defineJob({ type, payload, retry: { maxAttempts: 1 }, ...(handsOn && { handsOn }) }) as JobDefinition<
    string,
    typeof payload
  >;

const parent = define('parent', ['child', 'done', 'outside']);
const child = define('child', ['step']);
const step = define('step', []);
const done = define('done', []);
/** In no flow. */
const outside = define('outside');
const stranger = define('stranger', []);
const optimistic = defineJob({ type: 'done', payload, handsOn: [], begin: 'optimistic' }) as typeof child;
const retired = defineJob({ type: 'child', payload, handsOn: [], retired: true }) as typeof child;

/** What staging throws in a handler; undefined if it throws nothing. */
async function thrown(stage: (context: JobContext) => void, body: object = {}) {
  let error: unknown;
  const world = makeFlowWorld([
    {
      definition: parent,
      perform(_: unknown, context: JobContext) {
        try {
          stage(context);
        } catch (caught) {
          error = caught;
        }
      },
    },
    { definition: child, perform: () => undefined },
    { definition: done, perform: () => undefined },
    { definition: outside, perform: () => undefined },
  ]);
  world.send('parent', { id: 'p', payload: OK, ...body });
  await world.once('parent');
  return { error, world };
}

const batch = (change: Partial<Batch> = {}): Batch => ({
  ...{ children: [job(child, OK)], callback: job(done, OK), ...change },
});
const children = (n: number): PlannedJob[] => Array.from({ length: n }, () => job(child, OK));

const REFUSED: readonly [what: string, stage: (context: JobContext) => void, message: string][] = [
  [
    'a child of a type that is not in handsOn',
    (context) => context.batch(batch({ children: [job(stranger, OK)] })),
    'InvalidMessageError: parent does not hand on to "stranger": add it to handsOn of parent, and deploy',
  ],
  [
    'a child of a type that is in no flow',
    (context) => context.batch(batch({ children: [job(outside, OK)] })),
    'InvalidMessageError: outside is in no flow: write handsOn in its definition, and deploy',
  ],
  [
    'a later job that the one before may not be followed by',
    (context) => context.batch(batch({ children: [[job(child, OK), job(done, OK)]] })),
    'InvalidMessageError: child does not hand on to "done": add it to handsOn of child, and deploy',
  ],
  [
    'a payload that its schema refuses',
    (context) => context.batch(batch({ children: [job(child, OK), job(child, { to: 'nobody' })] })),
    'InvalidPayloadError: child 1 of the batch: payload.to: Invalid email address',
  ],
  [
    'the same in a staged job',
    (context) => context.enqueue(outside, { to: 'nobody' }),
    'InvalidPayloadError: staged job 0: payload.to: Invalid email address',
  ],
  [
    'the same in a later job of a child',
    (context) => context.batch(batch({ children: [[job(child, OK), job(step, { to: 'nobody' })]] })),
    'InvalidPayloadError: child 0 of the batch, job 1: payload.to: Invalid email address',
  ],
  [
    '1,001 children',
    (context) => context.batch(batch({ children: children(1001) })),
    'RangeError: a batch holds 1,000 children, got 1,001: let each child stage a batch of its own',
  ],
  [
    'an option that a batch does not have',
    (context) => context.batch({ ...batch(), deadlineSecond: 5 } as Batch),
    'InvalidMessageError: "deadlineSecond" is no option of a batch; did you mean "deadlineSeconds"?',
  ],
  [
    'a deadline of none',
    (context) => context.batch(batch({ deadlineSeconds: 0 })),
    'RangeError: deadlineSeconds must be 60 to 1,209,600 (14 days), got 0',
  ],
  [
    'a deadline of 15 days',
    (context) => context.batch(batch({ deadlineSeconds: 15 * 86_400 })),
    'RangeError: deadlineSeconds must be 60 to 1,209,600 (14 days), got 1296000',
  ],
  [
    'a child that starts after the deadline',
    (context) => context.batch(batch({ children: [job(child, OK, { delaySeconds: 90_000 })] })),
    "RangeError: child 0 starts after the batch's deadline",
  ],
  [
    'a key of a child',
    (context) => context.batch(batch({ children: [job(child, OK, { key: 'mine' } as object)] })),
    'InvalidMessageError: child 0 of the batch has "key": a child\'s key is its place: put yours into the payload',
  ],
  [
    'an option with a typo',
    (context) => context.enqueue(outside, OK, { maxAttempt: 3 } as object),
    'InvalidMessageError: staged job 0: unknown option "maxAttempt"; did you mean "maxAttempts"?',
  ],
  [
    'a mode that there is not',
    (context) => context.batch(batch({ mode: 'all' as 'settled' })),
    'RangeError: mode must be settled or success, got "all"',
  ],
  [
    'a callback with a time',
    (context) => context.batch(batch({ callback: job(done, OK, { delaySeconds: 5 }) })),
    'InvalidMessageError: the callback starts once its children have ended: leave out when, or set deadlineSeconds',
  ],
  [
    'a callback that might start twice',
    (context) => context.batch(batch({ callback: job(optimistic, OK) })),
    "InvalidMessageError: a batch's callback starts once, and done begins optimistically: take begin out of its definition",
  ],
  [
    'a callback of more than 8 KB',
    (context) => context.batch(batch({ callback: job(done, { ...OK, filler: 'x'.repeat(8192) }) })),
    'RangeError: the callback has 8362 bytes, at most 8192 fit: keep the rest elsewhere, and send its address',
  ],
  [
    'a second batch',
    (context) => {
      context.batch(batch());
      context.batch(batch());
    },
    'RangeError: one batch an attempt: put all children into one, or let a child stage a batch of its own',
  ],
  [
    'what is no job',
    (context) => context.batch(batch({ children: [{} as PlannedJob] })),
    'InvalidMessageError: child 0 of the batch is no job: make it by job(definition, payload)',
  ],
  [
    'an empty list as a child',
    (context) => context.batch(batch({ children: [[] as unknown as readonly [PlannedJob]] })),
    'InvalidMessageError: child 0 of the batch is an empty list',
  ],
  [
    'a batch without children',
    (context) => context.batch({ callback: job(done, OK) } as unknown as Batch),
    'InvalidMessageError: a batch has "children", a list of jobs',
  ],
  [
    'a batch without a callback',
    (context) => context.batch({ children: [] } as unknown as Batch),
    'InvalidMessageError: the callback is no job: make it by job(definition, payload)',
  ],
  [
    'a job of a retired type',
    (context) => context.batch(batch({ children: [job(retired, OK)] })),
    'InvalidMessageError: child is retired: it takes no new jobs',
  ],
  [
    'a tenant that SQS refuses',
    (context) => context.enqueue(outside, OK, { tenant: 'a b' }),
    'InvalidMessageError: staged job 0: "tenant" must be 1 to 128 printable ASCII characters without spaces',
  ],
];

describe('staging refuses', () => {
  it.each(REFUSED)('%s', async (_what, stage, message) => {
    const { error, world } = await thrown(stage);
    expect(String(error)).toMatch(message);
    // What was staged before stays staged; what was refused leaves nothing behind.
    const sent = message.includes('one batch') ? 1 : 0;
    expect(world.of('child').queue.messages()).toHaveLength(sent);
  });

  it('more than fits, packed', async () => {
    const { error } = await thrown((context) => {
      const many = Array.from({ length: 1000 }, () => job(child, { ...OK, filler: noise() }));
      context.batch(batch({ children: many }));
    });
    expect(String(error)).toMatch(/RangeError: the staged jobs are \d+ KB compressed, 256 KB fit/);
  });

  it('a chain’s parent whose callback may not be followed by the next step', async () => {
    const chained = Object.fromEntries([['then', [{ type: 'outside', payload: OK }]]]);
    const { error } = await thrown((context) => context.batch(batch()), chained);
    expect(String(error)).toBe(
      'InvalidMessageError: done takes over this chain\'s next step, "outside": add it to handsOn of done',
    );
  });

  it('anything once the attempt has ended', async () => {
    let late: unknown;
    let stage = () => {};
    const { world } = await thrown((context) => {
      stage = () => {
        try {
          context.batch(batch());
        } catch (error) {
          late = error;
        }
      };
    });
    stage();
    expect(late).toBeInstanceOf(LeaseLostError);
    expect(world.of('child').queue.messages()).toEqual([]);
  });
});

let seed = 1;
/** Text that does not compress. */
function noise(): string {
  return Array.from({ length: 1200 }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed % 36).toString(36);
  }).join('');
}

describe('a job that staged', () => {
  it('and throws has sent nothing', async () => {
    const world = makeFlowWorld([
      {
        definition: parent,
        perform(_: unknown, context: JobContext) {
          context.batch(batch());
          context.enqueue(outside, OK);
          throw new Error('after all');
        },
      },
      { definition: child, perform: () => undefined },
      { definition: outside, perform: () => undefined },
      { definition: done, perform: () => undefined },
    ]);
    world.send('parent', { id: 'p', payload: OK });
    await world.drain();
    expect(world.items().map(({ type, status }) => [type, status])).toEqual([['parent', 'DEAD']]);
  });

  it('writes its commit, its completion and what it staged in one transaction', async () => {
    const { world } = await thrown((context) => {
      context.batch(batch({ children: children(3) }));
      context.commit([{ Put: { TableName: SIDE_TABLE, Item: { id: 'a' } } }]);
    });
    const [first] = world.dynamoDb.calls.filter(({ name }) => /^Transact/.test(name));
    expect(JSON.stringify(first)).toContain('outbox');
    expect(world.of('child').queue.messages()).toHaveLength(3);
    expect(world.job('parent', 'p')).toMatchObject({ status: 'COMPLETED', passedOn: 'done#owner-1' });
  });

  it('and whose commit is refused has sent nothing', async () => {
    const { world } = await thrown((context) => {
      context.batch(batch());
      const ConditionExpression = 'attribute_exists(id)';
      context.commit([{ Put: { TableName: SIDE_TABLE, Item: { id: 'a' }, ConditionExpression } }]);
    });
    expect(world.items().map(({ type, status }) => [type, status])).toEqual([['parent', 'DEAD']]);
  });

  it('has no room for a large result beside a large outbox, and dies saying so', async () => {
    const world = makeFlowWorld([
      {
        definition: parent,
        perform(_: unknown, context: JobContext) {
          const large = Array.from({ length: 315 }, () => job(child, { ...OK, filler: noise() }));
          context.batch(batch({ children: large }));
          return noise().repeat(80);
        },
      },
      { definition: child, perform: () => undefined },
      { definition: done, perform: () => undefined },
    ]);
    world.send('parent', { id: 'p', payload: OK });
    await world.drain();
    expect(world.job('parent', 'p')?.error?.message).toMatch(/^the result and the staged jobs have \d+ bytes together/);
  });

  it('waits for a schema that takes time before anything is written', async () => {
    const slow = defineJob({
      ...{ type: 'child', handsOn: [] },
      payload: z.object({ to: z.string().refine(async (to) => to !== 'taken') }),
    }) as unknown as typeof child;
    const { world } = await thrown((context) => context.batch(batch({ children: [job(slow, { to: 'taken' })] })));
    expect(world.job('parent', 'p')?.error).toMatchObject({
      name: 'InvalidPayloadError',
      message: expect.stringMatching(/^child 0 of the batch: payload.to/),
    });
  });
});
