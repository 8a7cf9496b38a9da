import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import * as z from 'zod';
import { defineJob, type JobDefinition } from '../../../lib/contract/definition/job-definition.ts';
import { InvalidMessageError, InvalidPayloadError, SendError } from '../../../lib/producer/index.ts';
import { awsError, type TestJobOptions, throttled, timeout } from '../../../lib/testing/index.ts';
import { bodies, makeShop, resize } from './support.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MIB = 1_048_576;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('of a retired type', () => {
  const retired = defineJob({ type: 'resize', payload: z.strictObject({ n: z.int() }), retired: true });
  const error = {
    name: 'RetiredTypeError',
    message: expect.stringMatching(/^job type "resize" is retired and takes no/),
  };

  it('a job is refused, and nothing is sent', async () => {
    const { enqueue, sqs } = makeShop();
    await expect(enqueue(retired, { n: 1 })).rejects.toMatchObject(error);
    expect(sqs.calls).toEqual([]);
  });

  it('each of many jobs is refused', async () => {
    const { enqueueMany, queue } = makeShop();
    const each = (_: unknown, i: number) => ({ id: `j${i}` });
    expect(await enqueueMany(retired, [{ n: 1 }, { n: 2 }], { each })).toMatchObject([
      { status: 'refused', jobId: 'j0', error },
      { status: 'refused', jobId: 'j1', error },
    ]);
    expect(queue.messages()).toEqual([]);
  });
});

it('of a type with accept a job says that it is an envelope; of others it says nothing', async () => {
  const accepting = defineJob({ type: 'resize', payload: resize.payload, accept: () => 'drop' });
  const { enqueue, enqueueMany, queue } = makeShop();
  await enqueue(accepting, { n: 1 });
  await enqueueMany(accepting, [{ n: 2 }]);
  await enqueue(resize, { n: 3 });
  const mark = { sluice: { DataType: 'String', StringValue: '{"envelope":true}' } };
  expect(queue.messages().map(({ attributes }) => attributes)).toEqual([mark, mark, {}]);
});

describe('what is sent', () => {
  it('of a definition that may be one of two is a payload that both take', () => {
    const shrink = defineJob({ type: 'shrink', payload: z.strictObject({ n: z.int(), by: z.int().optional() }) });
    const rename = defineJob({ type: 'rename', payload: z.union([z.strictObject({ to: z.string() }), z.null()]) });
    const { enqueue, enqueueMany } = makeShop();
    expectTypeOf(enqueue<typeof rename>)
      .parameter(1)
      .toEqualTypeOf<{ to: string } | null>();
    expectTypeOf(enqueue<JobDefinition>)
      .parameter(1)
      .toBeUnknown();
    expectTypeOf<{ n: number }>().toExtend<Parameters<typeof enqueue<typeof shrink | typeof resize>>[1]>();
    expectTypeOf<{ to: string }>().not.toExtend<Parameters<typeof enqueue<typeof rename | typeof resize>>[1]>();
    expectTypeOf<{ n: number }>().not.toExtend<Parameters<typeof enqueue<typeof rename | typeof resize>>[1]>();
    expectTypeOf<{ to: string }[]>().not.toExtend<Parameters<typeof enqueueMany<typeof rename | typeof resize>>[1]>();
    type Run = TestJobOptions<typeof rename | typeof resize>['payload'];
    expectTypeOf<{ to: string }>().not.toExtend<Run>();
    expectTypeOf<{ to: string; n: number }>().toExtend<Run>();
  });

  it('is the payload as given, under a UUIDv7 that begins with the time', async () => {
    const { enqueue, queue } = makeShop();
    const { jobId, messageId } = await enqueue(resize, { n: 1 });
    expect(jobId).toMatch(UUID_V7);
    expect(Number.parseInt(jobId.replace('-', '').slice(0, 12), 16)).toBe(NOW);
    expect(bodies(queue)).toEqual([
      { id: jobId, type: 'resize', createdAt: '2026-01-31T09:00:00.000Z', payload: { n: 1 } },
    ]);
    expect(queue.messages()[0]?.messageId).toBe(messageId);
  });

  it('carries every option', async () => {
    const { enqueue, queue } = makeShop();
    const runAt = '2026-05-01T12:00:00+02:00';
    const options = { id: 'ord-7', key: 'order:7', maxAttempts: 3, runAt, tenant: 'acme/7' };
    expect(await enqueue(resize, { n: 1 }, options)).toMatchObject({ jobId: 'ord-7' });
    expect(bodies(queue)).toMatchObject([{ id: 'ord-7', key: 'order:7', maxAttempts: 3, runAt }]);
    expect(queue.messages()).toMatchObject([{ group: 'acme/7', visibleAtMs: NOW }]);
  });

  it.each([
    ['a Date', { runAt: new Date(NOW + 90_500) }, 90_500, 91],
    ['seconds', { delaySeconds: 0.5 }, 500, 1],
    ['the longest timer of SQS', { delaySeconds: 900 }, 900_000, 900],
    ['longer: the consumer parks it', { delaySeconds: 900.5 }, 900_500, 0],
    ['a year', { delaySeconds: 366 * 24 * 3600 }, 366 * 24 * 3600_000, 0],
    ['the past', { runAt: new Date(NOW - 1000) }, -1000, 0],
  ])('waits: %s', async (_, options, runsInMs, delaySeconds) => {
    const { enqueue, queue } = makeShop();
    await enqueue(resize, { n: 1 }, options);
    expect(bodies(queue)).toMatchObject([{ runAt: new Date(NOW + runsInMs).toISOString() }]);
    expect(queue.messages()).toMatchObject([{ visibleAtMs: NOW + delaySeconds * 1000 }]);
  });

  it('carries until when it may begin, and until when its attempts may start', async () => {
    const { enqueue, queue } = makeShop();
    await enqueue(resize, { n: 1 }, { startBefore: new Date(NOW + 1), endBefore: '2026-12-01T09:00+01:00' });
    await enqueue(resize, { n: 1 });
    const [first, second] = bodies(queue);
    expect(first).toMatchObject({ startBefore: new Date(NOW + 1).toISOString(), endBefore: '2026-12-01T09:00+01:00' });
    for (const name of ['startBefore', 'endBefore']) expect(second).not.toHaveProperty(name);
  });

  it('of a type that begins optimistically carries neither', async () => {
    const { enqueue, sqs } = makeShop();
    const sending = enqueue({ ...resize, begin: 'optimistic' }, { n: 1 }, { startBefore: new Date(NOW + 1) });
    await expect(sending).rejects.toThrow(/^"startBefore": .+ begins optimistically, and its jobs cannot expire/);
    expect(sqs.calls).toEqual([]);
  });

  it('arrives as it was given, whatever text it holds', async () => {
    const { enqueue, queue } = makeShop();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (note) => {
        queue.purge();
        await enqueue(resize, { n: 1, note: `${note}\ufffe\uffff` });
        expect(bodies(queue)).toMatchObject([{ payload: { note: `${note}\ufffe\uffff`.toWellFormed() } }]);
      }),
    );
  });
});

it('ids are never the same', async () => {
  const { enqueue } = makeShop();
  const sent = await Promise.all(Array.from({ length: 2000 }, () => enqueue(resize, { n: 1 })));
  expect(new Set(sent.map(({ jobId }) => jobId)).size).toBe(2000);
  for (const { jobId } of sent) expect(jobId).toMatch(UUID_V7);
});

describe('refused before sending', () => {
  it.each<[string, object, string]>([
    ['an id', { id: 'a b' }, '"id" must be 1 to 128 of A-Z a-z 0-9 _ . : -, got "a b"'],
    ['a key', { key: '' }, '"key" must be 1 to 250 of A-Z a-z 0-9 _ . : -, got ""'],
    ['attempts', { maxAttempts: 0 }, '"maxAttempts" must be a whole number from 1 to 100, got 0'],
    ['a time', { runAt: 'tomorrow' }, '"runAt" must be a time in ISO 8601 with a zone'],
    ['an impossible Date', { runAt: new Date(Number.NaN) }, '"runAt" is an invalid Date'],
    ['a time too far', { runAt: '2027-06-01T00:00:00Z' }, '"runAt" must be at most one year ahead'],
    ['an impossible startBefore', { startBefore: new Date(Number.NaN) }, '"startBefore" is an invalid Date'],
    ['an endBefore in words', { endBefore: 'soon' }, '"endBefore" must be a time in ISO 8601 with a zone'],
    [
      'a start before its runAt',
      { delaySeconds: 9, startBefore: new Date(NOW) },
      '"startBefore" must be later than "runAt"',
    ],
    ['an end before its runAt', { runAt: new Date(NOW), endBefore: new Date(NOW) }, '"endBefore" must be later than'],
    ['a delay too long', { delaySeconds: 31_622_401 }, '"delaySeconds" must be 0 to 31622400 (a year), got 31622401'],
    ['a negative delay', { delaySeconds: -1 }, '"delaySeconds" must be 0 to 31622400 (a year), got -1'],
    ['both', { delaySeconds: 1, runAt: new Date(NOW) }, 'give "runAt" or "delaySeconds", not both'],
    ['a tenant', { tenant: 'a b' }, '"tenant" must be 1 to 128 printable ASCII characters without spaces, got "a b"'],
    ['an empty tenant', { tenant: '' }, '"tenant" must be 1 to 128'],
    ['a typo', { maxAtempts: 3 }, 'unknown option "maxAtempts"; did you mean "maxAttempts"?'],
  ])('%s', async (_, options, message) => {
    const { enqueue, sqs } = makeShop();
    const sending = enqueue(resize, { n: 1 }, options);
    await expect(sending).rejects.toThrow(InvalidMessageError);
    await expect(sending).rejects.toThrow(message);
    expect(sqs.calls).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a payload of another shape', { n: '1' }, 'payload.n: Invalid input: expected number, received string'],
    ['what JSON makes null', { n: Number.NaN }, 'payload.n is NaN, which JSON cannot carry'],
    ['what JSON makes {}', { n: 1, note: new Set(['a']) }, 'payload.note is a Set, which JSON cannot carry'],
    ['a bigint', { n: 1n }, 'payload.n is a bigint'],
    ['a function', () => 1, 'payload is a function'],
  ])('%s', async (_, payload, message) => {
    const { enqueue, sqs } = makeShop();
    const sending = enqueue(resize, payload as { n: number });
    await expect(sending).rejects.toThrow(InvalidPayloadError);
    await expect(sending).rejects.toThrow(message);
    expect(sqs.calls).toEqual([]);
  });

  it('a Date where the consumer would find text', async () => {
    const dated = defineJob({ type: 'resize', payload: z.object({ at: z.date() }) });
    await expect(makeShop().enqueue(dated, { at: new Date() })).rejects.toThrow('expected date, received string');
  });

  it('a payload that is missing', async () => {
    const anything = defineJob({ type: 'resize', payload: z.unknown() });
    await expect(makeShop().enqueue(anything, undefined)).rejects.toThrow('the body has no "payload"');
  });

  it('a message of one byte too many; one of exactly 1 MiB is taken', async () => {
    const { enqueue, queue, sqs } = makeShop();
    await enqueue(resize, { n: 1, filler: '' }, { id: 'x' });
    const room = MIB - Buffer.byteLength(queue.messages()[0]?.body ?? '');
    await enqueue(resize, { n: 1, filler: 'f'.repeat(room) }, { id: 'x' });
    const callsBefore = sqs.calls.length;
    const tooLarge = enqueue(resize, { n: 1, filler: `${'f'.repeat(room - 1)}ü` }, { id: 'x' });
    await expect(tooLarge).rejects.toMatchObject({ name: 'MessageTooLargeError', bytes: MIB + 1 });
    await expect(tooLarge).rejects.toThrow('1,025 KB: 1,048,576 bytes fit; deploy with -c payloads=on for more');
    expect(sqs.calls).toHaveLength(callsBefore);
  });
});

describe('what SQS answers', () => {
  it.each([
    ['no right', awsError('AccessDenied', 'Access denied', 403), false, 'SQS did not take job a: AccessDenied'],
    ['throttled', throttled(), false, 'SQS did not take job a: ThrottlingException: Rate exceeded'],
    ['its own fault', awsError('InternalError', 'oops', 500), true, 'job a may or may not have been sent'],
    ['nothing', timeout(), true, 'job a may or may not have been sent (TimeoutError: socket hang up): send it again'],
  ])('%s: an error says whether it may have been sent', async (_, error, maybeSent, message) => {
    const { enqueue, sqs } = makeShop();
    sqs.faults.plan('SendMessage', { kind: 'fails', error }, 6);
    const sending = enqueue(resize, { n: 1 }, { id: 'a' });
    sending.catch(() => undefined);
    await vi.runAllTimersAsync();
    await expect(sending).rejects.toThrow(SendError);
    await expect(sending).rejects.toThrow(message);
    await expect(sending).rejects.toMatchObject({ code: error.name, maybeSent, cause: error });
  });
});

describe('the queue', () => {
  it('is asked for once a type, by two sends side by side too', async () => {
    const { enqueue, sqs } = makeShop();
    await Promise.all([enqueue(resize, { n: 1 }), enqueue(resize, { n: 2 })]);
    await enqueue(resize, { n: 3 });
    expect(sqs.calls.map(({ name }) => name).sort()).toEqual(['GetQueueUrl', ...Array(3).fill('SendMessage')]);
  });

  it('is asked for again after a failure', async () => {
    const { enqueue, sqs } = makeShop();
    sqs.faults.plan('GetQueueUrl', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    await expect(enqueue(resize, { n: 1 })).rejects.toThrow(
      'queue sluice-test-resize could not be found: AccessDenied',
    );
    await enqueue(resize, { n: 1 });
  });

  it('is one that was given', async () => {
    const { enqueue, sqs, queue } = makeShop({ queueUrls: { resize: 'https://elsewhere/1/sluice-test-resize' } });
    await enqueue(resize, { n: 1 });
    expect(queue.messages()).toHaveLength(1);
    expect(sqs.calls).toMatchObject([{ input: { QueueUrl: 'https://elsewhere/1/sluice-test-resize' } }]);
  });

  it.each([undefined, ''])(
    'is that of SLUICE_STAGE, if no stage is given, else that of dev, as for the command (%j)',
    async (unset) => {
      const { enqueue, queue } = makeShop({});
      vi.stubEnv('SLUICE_STAGE', unset);
      await expect(enqueue(resize, { n: 1 })).rejects.toThrow(
        'queue sluice-dev-resize does not exist in this account and region: is stage "dev" deployed here, with the job type resize? (SLUICE_STAGE names the stage)',
      );
      vi.stubEnv('SLUICE_STAGE', 'test');
      await enqueue(resize, { n: 1 });
      expect(queue.messages()).toHaveLength(1);
    },
  );

  it.each([{ stage: 'test', app: 'shop' }, { stage: 'shop/test' }])('is that of the app: %j', async (named) => {
    await expect(makeShop(named).enqueue(resize, { n: 1 })).rejects.toThrow(
      'queue shop-test-resize does not exist in this account and region: is stage "shop/test" deployed here',
    );
  });

  it('that is missing is named in the error, with its stage', async () => {
    const sending = makeShop({ stage: 'prdo' }).enqueue(resize, { n: 1 });
    await expect(sending).rejects.toThrow(
      'queue sluice-prdo-resize does not exist in this account and region: is stage "prdo" deployed here, with the job type resize?',
    );
    await expect(sending).rejects.toMatchObject({ name: 'SendError', code: 'QueueDoesNotExist', maybeSent: false });
  });

  it('of an invalid stage name is not asked for', async () => {
    const { enqueue, sqs } = makeShop({ stage: 'Prod-1' });
    await expect(enqueue(resize, { n: 1 })).rejects.toThrow('stage must be 1 to 16 of a-z and 0-9');
    expect(sqs.calls).toEqual([]);
  });
});
