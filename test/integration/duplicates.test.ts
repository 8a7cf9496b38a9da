import { describe, expect, it } from 'vitest';
import {
  attributesOf,
  deadLetters,
  effect,
  envelope,
  eventually,
  itemOf,
  newId,
  reaches,
  send,
  sendTogether,
  text,
} from './support/world.ts';

describe.concurrent('a job that is sent twice', () => {
  it('runs once when both copies meet in one batch (rows leased, duplicate)', async () => {
    const id = newId();
    const body = envelope(id, [{ do: 'commit', effects: [`${id}-once`] }]);
    await sendTogether([body, body, body]);
    expect(await reaches(id, ['COMPLETED'])).toMatchObject({ attempts: 1 });
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await itemOf(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(await effect(`${id}-once`)).toMatchObject({ times: 1 });
  });

  it('runs once when the second copy comes while it runs, and when it comes afterwards', async () => {
    const id = newId();
    const body = envelope(id, [{ do: 'work', ms: 2000 }]);
    await send(body);
    await reaches(id, ['INPROGRESS']);
    await send(body);
    const first = await reaches(id, ['COMPLETED']);
    await send(body);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await itemOf(id)).toEqual(first);
  });

  it('waits with its first copy, whoever comes first', async () => {
    const id = newId();
    const body = envelope(id, [
      { do: 'retryAfter', seconds: 5 },
      { do: 'commit', effects: [`${id}-once`] },
    ]);
    await send(body);
    const { dueAt = 0 } = await reaches(id, ['RETRYING']);
    await send(body);
    const item = await reaches(id, ['COMPLETED']);
    expect(item.attempts).toBe(2);
    expect(Date.parse(item.processedAt ?? '')).toBeGreaterThanOrEqual(dueAt - 500);
    expect(await effect(`${id}-once`)).toMatchObject({ times: 1 });
  });

  it('shares a key with another job, which then does not run (row foreign)', async () => {
    const [key, first, second] = [newId('key'), newId(), newId()];
    await send(envelope(first, [{ do: 'complete', result: 'first' }], { key }));
    await reaches(key, ['COMPLETED']);
    await send(envelope(second, [{ do: 'complete', result: 'second' }], { key }));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await itemOf(key)).toMatchObject({ jobId: first, result: 'first', attempts: 1 });
  });

  it('keeps its first body: a second one under a waiting job’s name is dropped (row foreign)', async () => {
    const id = newId();
    await send(
      envelope(id, [
        { do: 'retryAfter', seconds: 4 },
        { do: 'complete', result: 'first' },
      ]),
    );
    await reaches(id, ['RETRYING']);
    await send(envelope(id, [{ do: 'complete', result: 'second' }]));
    await send('not even JSON', { attributes: { sluice: text(JSON.stringify({ id })) } });
    expect(await reaches(id, ['COMPLETED', 'DEAD'])).toMatchObject({
      status: 'COMPLETED',
      attempts: 2,
      result: 'first',
    });
  });
});

describe.concurrent('a redrive, as the console’s custom destination does it', () => {
  async function deadJob(id: string) {
    const body = envelope(id, [{ do: 'pages', pages: 2 }, { do: 'complete' }], { maxAttempts: 1 });
    await send(body.replace('"do":"pages","pages":2', '"do":"pages","pages":2,"failAfter":2'));
    expect(await reaches(id, ['DEAD'])).toMatchObject({ attempts: 1, checkpoint: 2 });
    const [deadLetter] = await deadLetters(id);
    if (deadLetter === undefined) throw new Error('no dead letter');
    return deadLetter;
  }

  const diedAgain = (id: string) =>
    eventually(async () => {
      const item = await itemOf(id);
      return item?.runNo === 2 && item.status === 'DEAD' && !item.undelivered && item;
    }, `the second death of ${id}`);

  it('begins the next run of the same job, from its checkpoint', async () => {
    const id = newId();
    const deadLetter = await deadJob(id);
    await send(deadLetter.Body ?? '', { attributes: deadLetter.MessageAttributes ?? {} });
    // The same body, the same step: attempt 1 of run 2 finds checkpoint 2 and has no page left to fail on.
    const item = await reaches(id, ['COMPLETED']);
    expect(item).toMatchObject({ jobId: id, runNo: 2, attempts: 1, result: { pages: 2 } });
    for (const gone of ['reason', 'failedAt', 'error', 'listKey', 'listAt']) expect(item).not.toHaveProperty(gone);
  });

  it('may bring a corrected body under the same id', async () => {
    const id = newId();
    const deadLetter = await deadJob(id);
    await send(envelope(id, [{ do: 'complete', result: 'corrected' }]), {
      attributes: deadLetter.MessageAttributes ?? {},
    });
    expect(await reaches(id, ['COMPLETED'])).toMatchObject({
      runNo: 2,
      attempts: 1,
      maxAttempts: 4,
      result: 'corrected',
    });
  });

  it('may die again: then its dead letter carries the next run (row invalid)', async () => {
    const id = newId();
    const deadLetter = await deadJob(id);
    await send('{"payload":', { attributes: deadLetter.MessageAttributes ?? {} });
    const again = await diedAgain(id);
    expect(again).toMatchObject({ status: 'DEAD', attempts: 0, reason: 'InvalidMessage' });
  });

  it('a dead letter of an earlier run begins nothing', async () => {
    const id = newId();
    const deadLetter = await deadJob(id);
    expect(attributesOf(deadLetter).run).toBe('1');
    await send(envelope(id, [{ do: 'permanent', message: 'again' }]), {
      attributes: deadLetter.MessageAttributes ?? {},
    });
    await diedAgain(id);
    await send(deadLetter.Body ?? '', { attributes: deadLetter.MessageAttributes ?? {} });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await itemOf(id)).toMatchObject({ runNo: 2, status: 'DEAD' });
  });
});
