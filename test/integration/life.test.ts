import { describe, expect, it } from 'vitest';
import {
  attributesOf,
  deadLetterBodies,
  deadLetters,
  effect,
  envelope,
  eventually,
  itemOf,
  newId,
  reaches,
  send,
  sendTogether,
} from './support/world.ts';

describe.concurrent('a job that succeeds', () => {
  it('is COMPLETED after one attempt, with its result', async () => {
    const id = newId();
    await send(
      envelope(id, [{ do: 'complete', result: { said: 'hello' } }], { createdAt: '2026-01-31T09:00:00+01:00' }),
    );
    const item = await reaches(id, ['COMPLETED']);
    expect(item).toMatchObject({
      jobId: id,
      type: 'probe',
      attempts: 1,
      maxAttempts: 4,
      runNo: 1,
      result: { said: 'hello' },
    });
    expect(item.createdAt).toBe('2026-01-31T08:00:00.000Z');
    expect(Date.parse(item.completedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(item.processedAt ?? ''));
    // Queue retention 7 days plus one: a late duplicate still finds it.
    expect(item.expiration).toBeGreaterThan(Date.now() / 1000 + 8 * 24 * 3600 - 120);
  });

  it('takes its SQS message id when nothing names it', async () => {
    const messageId = await send(JSON.stringify({ payload: { steps: [{ do: 'complete' }] } }));
    expect(await reaches(messageId, ['COMPLETED'])).toMatchObject({ jobId: messageId, attempts: 1 });
  });

  it('keeps emoji and control characters of its result', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'complete', result: '🦊 \u0001 ü' }]));
    expect((await reaches(id, ['COMPLETED'])).result).toBe('🦊 \u0001 ü');
  });

  it('does the writes it committed exactly once', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'commit', effects: [`${id}-a`, `${id}-b`], thenFail: true }]));
    expect(await reaches(id, ['COMPLETED'])).toMatchObject({ attempts: 2, result: 'committed' });
    expect(await effect(`${id}-a`)).toMatchObject({ times: 1 });
    expect(await effect(`${id}-b`)).toMatchObject({ times: 1 });
  });

  it('fails when a committed write’s own condition does', async () => {
    const taken = newId('taken');
    await send(envelope(newId(), [{ do: 'commitTaken', effect: taken }]));
    await eventually(() => effect(taken), 'the first effect');
    const id = newId();
    await send(envelope(id, [{ do: 'commitTaken', effect: taken }], { maxAttempts: 1 }));
    const item = await reaches(id, ['DEAD']);
    expect(item.error).toMatchObject({ name: 'WriteConditionError', message: expect.stringContaining('write 0') });
  });

  it('resumes at its checkpoint, each page written once', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'pages', pages: 4, failAfter: 2 }]));
    expect(await reaches(id, ['COMPLETED'])).toMatchObject({ attempts: 2, checkpoint: 4, checkpointNo: 4 });
    for (const page of [1, 2, 3, 4]) expect(await effect(`${id}-page-${page}`)).toMatchObject({ times: 1 });
  });

  it('shows its progress while it runs, at most once a second', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'progress', values: [1, 2, 3, 4, 5, 6, 7, 8], everyMs: 300 }]));
    const seen = await eventually(async () => (await itemOf(id))?.progress, 'progress');
    expect(seen).toBe(1);
    const item = await reaches(id, ['COMPLETED']);
    expect(Number(item.progress)).toBeGreaterThanOrEqual(4);
  });
});

describe.concurrent('a job that fails', () => {
  it('is retried in place by its policy, with the last error at hand', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'fail', message: 'first' }, { do: 'fail', message: 'second' }, { do: 'complete' }]));
    const waiting = await reaches(id, ['RETRYING']);
    expect(waiting.listKey).toBeUndefined();
    const item = await reaches(id, ['COMPLETED']);
    expect(item).toMatchObject({ attempts: 3, error: { name: 'Error', message: 'second: the cause' } });
    // 1 s and 2 s, no jitter: not earlier, by more than half a second each.
    expect(Date.parse(item.processedAt ?? '') - Date.parse(item.createdAt)).toBeGreaterThan(2000);
  });

  it('is dead after its last attempt, with the reason on its dead letter', async () => {
    const id = newId();
    const body = envelope(id, [{ do: 'fail', name: 'BrokenPipe', message: 'no\u0000 luck 🦊' }], { maxAttempts: 2 });
    await send(body);
    expect(await reaches(id, ['DEAD'])).toMatchObject({
      attempts: 2,
      reason: 'AttemptsExhausted',
      error: { name: 'BrokenPipe' },
    });
    const [deadLetter, ...more] = await deadLetters(id);
    expect(more).toEqual([]);
    expect(deadLetter?.Body).toBe(body);
    const attributes = deadLetter && attributesOf(deadLetter);
    expect(attributes).toMatchObject({
      jobId: id,
      run: '1',
      reason: 'AttemptsExhausted',
      attempts: '2',
      errorName: 'BrokenPipe',
    });
    expect(attributes?.errorMessage).toBe('no\ufffd luck 🦊: the cause');
  });

  it.each([
    ['an error with an empty message', { do: 'fail' as const, message: '' }],
    ['a thrown null', { do: 'throwValue' as const, value: null }],
    ['a thrown object', { do: 'throwValue' as const, value: { code: 7 } }],
  ])('dies of %s all the same', async (_what, step) => {
    const id = newId();
    await send(envelope(id, [step], { maxAttempts: 1 }));
    expect(await reaches(id, ['DEAD'])).toMatchObject({ reason: 'AttemptsExhausted' });
    expect(await deadLetters(id)).toHaveLength(1);
  });

  it('is not retried after a PermanentError', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'permanent', message: 'gone' }]));
    expect(await reaches(id, ['DEAD'])).toMatchObject({
      attempts: 1,
      reason: 'PermanentError',
      error: { message: 'gone' },
    });
  });

  it('waits as long as RetryAfterError says', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'retryAfter', seconds: 4 }, { do: 'complete' }]));
    const waiting = await reaches(id, ['RETRYING']);
    expect(waiting.attempts).toBe(1);
    const item = await reaches(id, ['COMPLETED']);
    expect(Date.parse(item.processedAt ?? '')).toBeGreaterThanOrEqual((waiting.dueAt ?? 0) - 500);
  });

  it('does not count a snooze as an attempt', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'snooze', times: 2, seconds: 1 }]));
    const item = await reaches(id, ['COMPLETED']);
    expect(item).toMatchObject({ attempts: 1, result: 'awake' });
    expect(item.snoozes).toBeGreaterThanOrEqual(2);
  });

  it('runs into its timeout, its signal aborted or not', async () => {
    const [heeds, ignores] = [newId('heeds'), newId('ignores')];
    await send(envelope(heeds, [{ do: 'work', ms: 20_000 }], { maxAttempts: 1 }));
    await send(envelope(ignores, [{ do: 'hang', ms: 5000 }], { maxAttempts: 1 }));
    for (const id of [heeds, ignores]) {
      expect(await reaches(id, ['DEAD'])).toMatchObject({ attempts: 1, error: { name: 'JobTimeoutError' } });
    }
    // The one that ignores its signal rejects two seconds later, in a process that serves others: nothing changes.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await itemOf(ignores)).toMatchObject({ status: 'DEAD', error: { name: 'JobTimeoutError' } });
  });

  it('dies of a result that cannot be kept', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'bigResult', bytes: 120_000 }]));
    expect(await reaches(id, ['DEAD'])).toMatchObject({
      attempts: 1,
      reason: 'PermanentError',
      error: { name: 'JobResultError' },
    });
  });

  it('is dead-lettered whole though its body fills the message', async () => {
    const id = newId();
    const frame = JSON.stringify({ id, payload: { steps: [{ do: 'permanent', message: 'no' }], pad: '' } });
    const body = frame.replace('"pad":""', `"pad":"${'x'.repeat(1_048_576 - frame.length)}"`);
    expect(Buffer.byteLength(body)).toBe(1_048_576);
    await send(body);
    await reaches(id, ['DEAD']);
    // No attribute fits beside such a body: the dead letter is known by its body alone.
    await eventually(async () => (await deadLetterBodies()).includes(body), 'the dead letter');
  });
});

describe.concurrent('a batch', () => {
  it('runs its jobs one after another where the definition says so', async () => {
    const ids = Array.from({ length: 5 }, () => newId('serial'));
    await sendTogether(
      ids.map((id) => envelope(id, [{ do: 'work', ms: 300 }])),
      'probe-serial',
    );
    for (const id of ids)
      expect(await reaches(id, ['COMPLETED'], { type: 'probe-serial' })).toMatchObject({ attempts: 1 });
  });
});
