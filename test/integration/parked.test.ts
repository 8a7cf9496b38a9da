import { describe, expect, it } from 'vitest';
import { deadLetters, envelope, eventually, itemOf, LATEST_START_MS, newId, reaches, send } from './support/world.ts';

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
/** A tick a minute, a look-ahead of 90 s: what falls due after a minute is sent on its second. */
const TIMEOUT = { timeoutMs: 150_000 };

async function startedAt(id: string, statuses: readonly ['COMPLETED'] = ['COMPLETED']) {
  const item = await reaches(id, statuses, TIMEOUT);
  return { item, startedMs: Date.parse(item.processedAt ?? '') };
}

describe.concurrent('a job that waits for more than a minute', () => {
  it('is parked, released by the EventBridge rule, and started on its second', async () => {
    const id = newId('parked');
    await send(envelope(id, [{ do: 'retryAfter', seconds: 65 }, { do: 'complete' }]));
    const parked = await reaches(id, ['RETRYING']);
    expect(parked).toMatchObject({
      attempts: 1,
      listAt: parked.dueAt,
      envelope: { body: expect.stringContaining(id) },
    });
    expect(parked.listKey).toMatch(/^due#\d$/);
    const { item, startedMs } = await startedAt(id);
    expect(item.attempts).toBe(2);
    expect(startedMs - (parked.dueAt ?? 0)).toBeGreaterThanOrEqual(-500);
    expect(startedMs - (parked.dueAt ?? 0)).toBeLessThan(LATEST_START_MS);
    for (const gone of ['listKey', 'listAt', 'envelope', 'dueAt']) expect(item).not.toHaveProperty(gone);
  });

  it('stays on its list for a day after its release, until it begins', async () => {
    const id = newId('listed');
    await send(envelope(id, [{ do: 'retryAfter', seconds: 88 }, { do: 'complete' }]));
    const { dueAt = 0 } = await reaches(id, ['RETRYING']);
    const released = await eventually(
      async () => {
        const item = await itemOf(id);
        return item?.status === 'RETRYING' && (item.listAt ?? 0) > dueAt && item;
      },
      'its release',
      TIMEOUT.timeoutMs,
    ).catch(() => undefined);
    // Its tick may come within a second of its due time: then it has begun before we look.
    if (released !== undefined) expect(released.listAt).toBe(dueAt + 24 * 3600 * 1000);
    expect((await startedAt(id)).item.attempts).toBe(2);
  });

  it('may get its time from its producer: runAt (row parkUntilDue)', async () => {
    const id = newId('scheduled');
    // Parked only if it is received a minute ahead: LocalStack may take its time.
    const runAt = inMs(80_000);
    await send(envelope(id, [{ do: 'complete' }], { runAt }));
    expect(await reaches(id, ['SCHEDULED'])).toMatchObject({ attempts: 0, dueAt: Date.parse(runAt) });
    const { item, startedMs } = await startedAt(id);
    expect(item.attempts).toBe(1);
    expect(startedMs - Date.parse(runAt)).toBeGreaterThanOrEqual(-500);
    expect(startedMs - Date.parse(runAt)).toBeLessThan(LATEST_START_MS);
  });

  it('keeps its message group, and its body to the byte, to its death', async () => {
    const id = newId('grouped');
    const body = envelope(id, [
      { do: 'retryAfter', seconds: 62 },
      { do: 'permanent', message: 'no' },
    ]).replace('{', '{ ');
    await send(body, { group: 'tenant-7' });
    await reaches(id, ['DEAD'], TIMEOUT);
    const [deadLetter] = await deadLetters(id);
    expect(deadLetter?.Body).toBe(body);
    expect(deadLetter?.Attributes).toMatchObject({ MessageGroupId: 'tenant-7' });
  });

  it('drops its second copy: only the dispatcher’s message is the carrier', async () => {
    const id = newId('leftover');
    const body = envelope(id, [{ do: 'retryAfter', seconds: 63 }, { do: 'complete' }]);
    await send(body);
    const { dueAt } = await reaches(id, ['RETRYING']);
    await send(body);
    const { item, startedMs } = await startedAt(id);
    expect(item.attempts).toBe(2);
    expect(startedMs).toBeGreaterThanOrEqual((dueAt ?? 0) - 500);
  });
});

describe.concurrent('a job that waits for less', () => {
  // After a parked wait the trace is there as well, but MiniStack's SendMessageBatch drops it: the unit tests see it.
  it('keeps its message group and trace to its death', async () => {
    const id = newId('traced');
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    await send(envelope(id, [{ do: 'permanent', message: 'no' }]), { group: 'tenant-7', trace });
    const [deadLetter] = await deadLetters(id);
    expect(deadLetter?.Attributes).toMatchObject({ MessageGroupId: 'tenant-7', AWSTraceHeader: trace });
  });

  it('starts at its runAt, without an item before (row waitUntilDue)', async () => {
    const id = newId('soon');
    const runAt = inMs(4000);
    await send(envelope(id, [{ do: 'complete' }], { runAt }));
    const { item, startedMs } = await startedAt(id);
    expect(item.attempts).toBe(1);
    expect(startedMs).toBeGreaterThanOrEqual(Date.parse(runAt) - 500);
  });

  it('keeps the id that only its message gave it, through a wait and a retry (renewal)', async () => {
    const body = JSON.stringify({ payload: { steps: [{ do: 'fail' }, { do: 'complete' }] }, runAt: inMs(3000) });
    const messageId = await send(body);
    const { item } = await startedAt(messageId);
    expect(item).toMatchObject({ jobId: messageId, attempts: 2 });
  });
});
