import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { decodeEnvelope } from '../../../lib/contract/envelope.ts';
import { createProducer, InvalidMessageError, job, type PlannedJob } from '../../../lib/producer/index.ts';
import { makeMemorySqs } from '../../../lib/testing/index.ts';
import { bodies, STAGE } from './support.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');
const MIB = 1_048_576;
const order = defineJob({ type: 'order', payload: z.strictObject({ id: z.int() }), handsOn: ['ship', 'mail'] });
const ship = defineJob({
  type: 'ship',
  payload: z.strictObject({ at: z.iso.datetime(), note: z.string().optional() }),
  handsOn: ['mail', 'ship'],
});
const mail = defineJob({ type: 'mail', payload: z.strictObject({ to: z.email() }), handsOn: [] });
const alone = defineJob({ type: 'alone', payload: z.strictObject({}) });
const at = '2026-02-01T00:00:00Z';

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function makeShop() {
  const sqs = makeMemorySqs({ now: () => Date.now() } as Parameters<typeof makeMemorySqs>[0]);
  const queue = sqs.createQueue(`sluice-${STAGE}-order`, { visibilityTimeoutSeconds: 30, retentionSeconds: 600_000 });
  return { sqs, queue, ...createProducer({ client: sqs.client, stage: STAGE }) };
}

describe('a chain', () => {
  it('is the message of its first job, with the others in `then`', async () => {
    const { chain, queue } = makeShop();
    const sent = await chain(
      [
        job(order, { id: 1 }, { maxAttempts: 2 }),
        job(ship, { at }),
        job(mail, { to: 'a@b.co' }, { maxAttempts: 9, tenant: 'x' }),
      ],
      { id: 'order-17', tenant: 'acme', delaySeconds: 60 },
    );
    expect(sent.jobId).toBe('order-17');
    const [{ then, ...body } = {}] = bodies(queue);
    expect(body).toEqual({
      ...{ id: 'order-17', type: 'order', maxAttempts: 2, createdAt: '2026-01-31T09:00:00.000Z' },
      ...{ runAt: '2026-01-31T09:01:00.000Z', payload: { id: 1 } },
    });
    expect(then).toEqual([
      { type: 'ship', payload: { at } },
      { type: 'mail', payload: { to: 'a@b.co' }, maxAttempts: 9, tenant: 'x' },
    ]);
    expect(queue.messages()[0]).toMatchObject({ group: 'acme' });
    expect(decodeEnvelope(queue.messages()[0]?.body ?? '', 'order', NOW).then).toHaveLength(2);
  });

  it('of one step is that job alone', async () => {
    const { chain, queue } = makeShop();
    const { jobId } = await chain([job(order, { id: 1 })]);
    expect(bodies(queue)).toEqual([{ ...bodies(queue)[0], id: jobId, payload: { id: 1 } }]);
    expect(bodies(queue)[0]).not.toHaveProperty('then');
    expect(jobId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries later payloads as JSON does', async () => {
    const { chain, queue } = makeShop();
    const dated = { at: new Date(NOW) as unknown as string, note: undefined };
    await chain([job(order, { id: 1 }), job(ship, dated)]);
    expect(bodies(queue)[0]?.then).toEqual([{ type: 'ship', payload: { at: '2026-01-31T09:00:00.000Z' } }]);
  });

  it('waits for schemas that take time, of each step', async () => {
    const slow = defineJob({
      type: 'mail',
      payload: z.strictObject({ to: z.string().refine(async (to) => to !== 'no') }),
      handsOn: [],
    });
    const { chain, queue } = makeShop();
    await chain([job(order, { id: 1 }), job(slow, { to: 'yes' })]);
    const refused = chain([job(order, { id: 1 }), job(slow, { to: 'no' })]);
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidPayloadError',
      message: expect.stringMatching(/^step 2 of the chain, mail: payload\.to/),
    });
    expect(queue.messages()).toHaveLength(1);
  });
});

/** Steps of any types, past the compiler. */
const steps = (...all: readonly object[]) =>
  all as unknown as readonly [PlannedJob] & readonly [PlannedJob<typeof order>];
const first = job(order, { id: 1 });

describe('is refused, and nothing is sent:', () => {
  it.each([
    ['no step', steps(), {}, 'InvalidMessageError', 'a chain has 1 to 20 steps, got 0'],
    [
      '21 steps',
      steps(first, ...Array.from({ length: 20 }, () => job(ship, { at }))),
      {},
      'InvalidMessageError',
      'a chain has 1 to 20 steps, got 21',
    ],
    [
      'a step that the one before does not hand on to',
      steps(first, job(mail, { to: 'a@b.co' }), job(ship, { at })),
      {},
      'InvalidMessageError',
      'mail does not hand on to "ship": add it to handsOn of mail, and deploy',
    ],
    [
      'a first type without handsOn',
      steps(job(alone, {}), job(mail, { to: 'a@b.co' })),
      {},
      'InvalidMessageError',
      'alone is in no flow',
    ],
    [
      'a last type without handsOn',
      steps(first, job(defineJob({ type: 'mail', payload: mail.payload }), { to: 'a@b.co' })),
      {},
      'InvalidMessageError',
      'mail is in no flow: write handsOn in its definition',
    ],
    [
      'a payload that its schema refuses',
      steps(first, job(mail, { to: 'nobody' })),
      {},
      'InvalidPayloadError',
      'step 2 of the chain, mail: payload.to: ',
    ],
    [
      'a first payload that its schema refuses',
      steps(job(order, { id: 1.5 }), job(ship, { at })),
      {},
      'InvalidPayloadError',
      'step 1 of the chain, order: payload.id: ',
    ],
    [
      'a payload that JSON cannot carry',
      steps(first, job(ship, { at: Number.NaN as never })),
      {},
      'InvalidPayloadError',
      'step 2 of the chain, ship: payload.at is NaN',
    ],
    [
      'attempts out of range',
      steps(first, job(ship, { at }, { maxAttempts: 0 })),
      {},
      'InvalidMessageError',
      'step 2 of the chain, ship: "maxAttempts" must be',
    ],
    [
      'a later step with a time of its own',
      steps(first, job(ship, { at }, { delaySeconds: 5 })),
      {},
      'InvalidMessageError',
      'step 2 of the chain, ship: "delaySeconds" is for the first step',
    ],
    [
      'a key for a step',
      steps(first, job(ship, { at }, { key: 'mine' } as never)),
      {},
      'InvalidMessageError',
      '"key" of step 2 of the chain, ship is made of the chain',
    ],
    [
      'an id of 121 characters',
      steps(first, job(ship, { at })),
      { id: 'x'.repeat(121) },
      'InvalidMessageError',
      '"id" of a chain must have at most 120 characters, got 121',
    ],
    [
      'a key of 121 characters',
      steps(first, job(ship, { at })),
      { key: 'x'.repeat(121) },
      'InvalidMessageError',
      '"key" of a chain must have at most 120 characters',
    ],
    [
      'a retired type',
      steps(
        first,
        job(defineJob({ type: 'mail', payload: mail.payload, handsOn: [], retired: true }), { to: 'a@b.co' }),
      ),
      {},
      'RetiredTypeError',
      'job type "mail" is retired',
    ],
    [
      'more than 1 MiB together',
      steps(first, job(ship, { at, note: 'x'.repeat(MIB) })),
      {},
      'MessageTooLargeError',
      'bytes fit',
    ],
  ])('%s', async (_what, given, options, name, message) => {
    const { chain, sqs } = makeShop();
    await expect(chain(given, options)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect(sqs.calls).toEqual([]);
  });

  it('what is no planned job at all', async () => {
    const { chain } = makeShop();
    await expect(chain(steps(first, { type: 'ship' }))).rejects.toThrow(InvalidMessageError);
  });
});

it('a step that the one before does not hand on to does not compile', () => {
  const { chain } = makeShop();
  const send = () => [
    chain([job(order, { id: 1 }), job(ship, { at }), job(ship, { at }), job(mail, { to: 'a@b.co' })]),
    // @ts-expect-error: nothing follows a mail
    chain([job(mail, { to: 'a@b.co' }), job(ship, { at })]),
    // @ts-expect-error: nor in the middle
    chain([job(order, { id: 1 }), job(mail, { to: 'a@b.co' }), job(ship, { at })]),
    // @ts-expect-error: a type without handsOn is in no flow
    chain([job(alone, {}), job(ship, { at })]),
    // @ts-expect-error: the payload is ship's
    chain([job(order, { id: 1 }), job(ship, { wrong: 1 })]),
    // @ts-expect-error: a chain has a first step
    chain([]),
  ];
  expect(send).toBeInstanceOf(Function);
});
