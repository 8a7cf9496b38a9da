import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { purge, show } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { SECRET } from '../../../support/factories.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-purge-'));
  file = join(folder, 'saved.ndjson');
});
afterEach(() => rm(folder, { recursive: true }));

async function graveyard(count: number): Promise<World> {
  const world = makeWorld();
  for (let i = 0; i < count; i++) {
    world.send(
      { id: `a${i}`, payload: { do: 'permanent', secret: SECRET } },
      i === 0 ? { group: 'g', trace: 't' } : {},
    );
  }
  await world.drain();
  await world.clock.advance(1000);
  return world;
}

const FAST = { perSecond: 100_000 };
const saved = async () =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { messageId: string; body: string });

describe('a purge', () => {
  test('saves each dead letter completely, then deletes it', async () => {
    const world = await graveyard(23);
    const before = world.deadLetters.messages();
    expect(await purge(stageOf(world), 'probe', { file, ...FAST })).toMatchObject({ deleted: 23, left: 0 });
    expect(world.deadLetters.messages()).toEqual([]);
    const lines = await saved();
    expect(lines).toHaveLength(23);
    for (const { messageId, body } of before)
      expect(lines.find((line) => line.messageId === messageId)?.body).toBe(body);
    expect(lines.find(({ body }) => body.includes('"a0"'))).toMatchObject({
      group: 'g',
      trace: 't',
      attributes: { run: '1' },
    });
    expect(world.job('a1')?.status).toBe('DEAD');
  });

  test('writes whole lines and nothing else, and takes what was sent at its very start', async () => {
    const world = await graveyard(3);
    world.send({ id: 'b', payload: { do: 'permanent' } });
    await world.drain();
    expect(await purge(stageOf(world), 'probe', { file, ...FAST })).toMatchObject({ deleted: 4 });
    expect(await readFile(file, 'utf8')).toMatch(/^(\{.*\}\n){4}$/);
  });

  test('of nothing leaves no file', async () => {
    const world = await graveyard(3);
    const options = { file, filter: { key: 'none' }, ...FAST };
    expect(await purge(stageOf(world), 'probe', options)).toMatchObject({ deleted: 0, received: { passedOver: 3 } });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  test('without a file saves nothing', async () => {
    const world = await graveyard(3);
    expect(await purge(stageOf(world), 'probe', { file: undefined, ...FAST })).toMatchObject({ deleted: 3 });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  test('does not write over a file', async () => {
    const world = await graveyard(3);
    await writeFile(file, 'mine');
    await expect(purge(stageOf(world), 'probe', { file, ...FAST })).rejects.toThrow('EEXIST');
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(world.deadLetters.counts().visible).toBe(3);
  });

  test('with a filter leaves the others', async () => {
    const world = await graveyard(12);
    const options = { file, filter: { key: 'a3' }, ...FAST };
    expect(await purge(stageOf(world), 'probe', options)).toMatchObject({ deleted: 1, received: { passedOver: 11 } });
    expect(world.deadLetters.counts().visible).toBe(11);
  });

  test('reports what it could not delete; that becomes visible again', async () => {
    const world = await graveyard(5);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    expect(await purge(stageOf(world), 'probe', { file, ...FAST })).toEqual({
      ...{ deleted: 0, left: 5, saved: 5, received: { passedOver: 5, interrupted: false } },
    });
    expect(world.deadLetters.counts().visible).toBe(5);
  });

  test.each([true, false])('counts no dead letter that the answer leaves out, deleted or not: %s', async (taken) => {
    const world = await graveyard(5);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'unanswered', indexes: [2], taken });
    expect(await purge(stageOf(world), 'probe', { file, ...FAST })).toMatchObject({ deleted: 4, left: 1 });
    expect(await saved()).toHaveLength(5);
    expect(world.deadLetters.counts().visible).toBe(taken ? 0 : 1);
  });

  test('leaves a dead letter that arrives during it, and does not save it', async () => {
    const world = await graveyard(3);
    const happens = () => {
      world.clock.set(world.clock.now() + 1);
      world.deadLetters.add({ MessageBody: '{"payload":1}' }, 'new');
    };
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'meanwhile', happens });
    expect(await purge(stageOf(world), 'probe', { file, ...FAST })).toMatchObject({ deleted: 3 });
    expect(world.deadLetters.messages().map(({ messageId }) => messageId)).toEqual(['new']);
    expect(await saved()).toHaveLength(3);
  });

  test('that is interrupted has saved all that it deleted', async () => {
    const world = await graveyard(100);
    const controller = new AbortController();
    const options = { file, signal: controller.signal, onProgress: () => controller.abort(), ...FAST };
    const { deleted, received } = await purge(stageOf(world), 'probe', options);
    expect(received.interrupted).toBe(true);
    expect(deleted).toBeLessThan(60);
    expect(await saved()).toHaveLength(deleted);
    expect(world.deadLetters.counts().visible).toBe(100 - deleted);
  });
});

describe('a look at dead letters', () => {
  test('releases them, and shows bodies only if asked', async () => {
    const world = await graveyard(15);
    const { deadLetters } = await show(stageOf(world), 'probe');
    expect(deadLetters).toHaveLength(10);
    expect(deadLetters[0]).toMatchObject({ ours: true, run: 1, reason: 'PermanentError', key: deadLetters[0]?.jobId });
    expect(JSON.stringify(deadLetters)).not.toContain(SECRET);
    expect(world.deadLetters.counts()).toEqual({ visible: 15, inFlight: 0, delayed: 0 });
    const all = await show(stageOf(world), 'probe', { bodies: true, limit: 100 });
    expect(new Set(all.deadLetters.map(({ messageId }) => messageId)).size).toBe(15);
    expect(JSON.stringify(all.deadLetters)).toContain(SECRET);
    expect(world.deadLetters.counts().visible).toBe(15);
  });

  test('marks messages that SQS moved', async () => {
    const world = makeWorld();
    world.deadLetters.add({ MessageBody: '{"payload":1,"key":"k"}' }, 'm-1');
    const { deadLetters } = await show(stageOf(world), 'probe');
    expect(deadLetters).toMatchObject([{ ours: false, jobId: 'm-1', key: 'k', run: undefined, reason: undefined }]);
  });
});
