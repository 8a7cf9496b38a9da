import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dead, deadLetterOf, type KeyRun, purge, redriveJobs } from '../../../../lib/operator/index.ts';
import { envelope, outgoing } from '../../../support/factories.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };
const KEYS = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`);
const runs = (keys: readonly string[], run = 1): KeyRun[] => keys.map((key) => ({ key, run }));
const visible = ({ deadLetters }: World) => deadLetters.counts().visible;
const inQueue = ({ queue }: World) =>
  queue.messages().map(({ attributes }) => (JSON.parse(attributes.sluice?.StringValue ?? '{}') as { id: string }).id);

async function die(world: World, ...ids: string[]) {
  for (const id of ids) world.send({ id, payload: { do: 'permanent' } });
  await world.drain();
}

async function graveyard(count: number): Promise<World> {
  const world = makeWorld();
  await die(world, ...KEYS(count));
  return world;
}

describe('a redrive of chosen jobs', () => {
  test('sends these and no others, and ends once it has found them', async () => {
    const world = await graveyard(40);
    const chosen = runs(['a3', 'a17', 'a31']);
    const report = await redriveJobs(stageOf(world), 'probe', chosen, FAST);
    expect(report).toMatchObject({ sent: 3, refused: [], left: [], unchanged: [], saved: 0 });
    expect(inQueue(world).sort()).toEqual(['a17', 'a3', 'a31']);
    expect(visible(world)).toBe(37);
  });

  test('leaves a job that died between choosing and acting', async () => {
    const world = await graveyard(5);
    const chosen = (await dead(stageOf(world), 'probe')).jobs;
    await die(world, 'late');
    expect(await redriveJobs(stageOf(world), 'probe', chosen, FAST)).toMatchObject({ sent: 5, unchanged: [] });
    expect(inQueue(world).sort()).toEqual(KEYS(5));
    expect(visible(world)).toBe(1);
  });

  test('sends what died after it began by this machine’s clock: that may be slow', async () => {
    const world = await graveyard(2);
    const stage = { ...stageOf(world), now: () => world.clock.now() - 600_000 };
    expect(await redriveJobs(stage, 'probe', runs(['a0']), FAST)).toMatchObject({ sent: 1 });
  });

  test('does not touch a job that died again, and says of each why it is as it was', async () => {
    const world = await graveyard(6);
    await redriveJobs(stageOf(world), 'probe', runs(['a0', 'a1']), FAST);
    world.alter('a1', { runNo: 1 });
    world.queue.purge();
    await redriveJobs(stageOf(world), 'probe', runs(['a2']), FAST);
    await world.drain();
    world.alter('a3', { undelivered: true });
    await purge(stageOf(world), 'probe', { file: undefined, filter: { jobs: runs(['a3']) }, ...FAST });
    world.alter('a0', { status: 'COMPLETED' });
    const chosen = runs(['a0', 'a1', 'a2', 'a3', 'a4', 'nobody']);
    const report = await redriveJobs(stageOf(world), 'probe', chosen, FAST);
    expect(report.sent).toBe(1);
    expect(report.unchanged.map(({ key, why }) => [key, why])).toEqual([
      ['a0', 'ended'],
      ['a1', 'unseen'],
      ['a2', 'diedAgain'],
      ['a3', 'undelivered'],
      ['nobody', 'ended'],
    ]);
    expect(visible(world)).toBe(2);
  });

  test('beside another one loses none and sends none twice', async () => {
    const world = await graveyard(120);
    const keys = KEYS(120);
    const one = runs(keys.filter((_, i) => i % 3 !== 0));
    const other = runs(keys.filter((_, i) => i % 3 !== 1));
    const reports = await Promise.all([one, other].map((chosen) => redriveJobs(stageOf(world), 'probe', chosen, FAST)));
    const sent = inQueue(world);
    expect(new Set(sent).size).toBe(sent.length);
    expect(reports.reduce((sum, report) => sum + report.sent, 0)).toBe(sent.length);
    expect(sent.length + visible(world)).toBe(120);
    for (const [i, { unchanged, sent: own }] of reports.entries()) {
      expect(own + unchanged.length).toBe([one, other][i]?.length);
      for (const { why } of unchanged) expect(why).toBe('unseen');
    }
    for (const chosen of [one, other]) await redriveJobs(stageOf(world), 'probe', chosen, FAST);
    expect(inQueue(world).sort()).toEqual([...keys].sort());
  });

  test('that is stopped says which it did not reach, and ends at once', async () => {
    const world = await graveyard(60);
    const stopped = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number) => {
      seen.push(done);
      stopped.abort();
    };
    const options = { ...FAST, signal: stopped.signal, onProgress };
    const { sent, unchanged, received } = await redriveJobs(stageOf(world), 'probe', runs(KEYS(60)), options);
    expect(received.interrupted).toBe(true);
    expect(sent).toBeLessThan(60);
    expect(seen.at(-1)).toBe(sent);
    expect(unchanged).toHaveLength(60 - sent);
    expect(new Set(unchanged.map(({ why }) => why))).toEqual(new Set(['notReached']));
    expect(visible(world)).toBe(60 - sent);
  });

  test('sends a message that its attributes made no dead letter of ours by its job’s run', async () => {
    const world = await graveyard(1);
    const [letter] = world.deadLetters.messages();
    world.deadLetters.purge();
    const attributes = { jobId: 'a0', jobType: 'probe', due: '1' };
    world.deadLetters.add(outgoing(letter?.body ?? '', { attributes }), 'cut');
    const sent = (run: number) => redriveJobs(stageOf(world), 'probe', runs(['a0'], run), FAST);
    expect(await sent(2)).toMatchObject({ sent: 0, unchanged: [{ key: 'a0', why: 'diedAgain' }] });
    expect(await sent(1)).toMatchObject({ sent: 1, unchanged: [] });
  });

  test('leaves messages that SQS moved', async () => {
    const world = await graveyard(1);
    world.deadLetters.add(outgoing(envelope({ id: 'moved' })), 'moved');
    const report = await redriveJobs(stageOf(world), 'probe', runs(['moved', 'a0']), FAST);
    expect(report).toMatchObject({ sent: 1, unchanged: [{ key: 'moved', why: 'ended' }] });
  });
});

describe('a corrected body', () => {
  const file = () => join(mkdtempSync(join(tmpdir(), 'sluice-')), 'old.ndjson');
  const body = envelope({ id: 'a2', payload: { do: 'complete', result: 'corrected' } });

  test('goes to exactly the chosen run, and the old one is saved first', async () => {
    const world = await graveyard(5);
    const old = await deadLetterOf(stageOf(world), 'probe', { key: 'a2', run: 1 });
    const path = file();
    const report = await redriveJobs(stageOf(world), 'probe', runs(['a2']), { body, file: path, ...FAST });
    expect(report).toMatchObject({ sent: 1, saved: 1, unchanged: [] });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ messageId: old?.messageId, body: old?.body });
    await world.drain();
    expect(world.job('a2')).toMatchObject({ status: 'COMPLETED', result: 'corrected', runNo: 2 });
    expect(visible(world)).toBe(4);
  });

  test('is not sent where the old one cannot be saved', async () => {
    const world = await graveyard(3);
    const path = file();
    const sent = () => redriveJobs(stageOf(world), 'probe', runs(['a2']), { body, file: path, ...FAST });
    await sent();
    await expect(sent()).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test('is not sent to another run, and leaves no file', async () => {
    const world = await graveyard(3);
    const path = file();
    const report = await redriveJobs(stageOf(world), 'probe', runs(['a2'], 2), { body, file: path, ...FAST });
    expect(report).toMatchObject({ sent: 0, saved: 0, unchanged: [{ key: 'a2', why: 'diedAgain' }] });
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });

  test('is for one job', async () => {
    const sent = redriveJobs(stageOf(await graveyard(3)), 'probe', runs(['a1', 'a2']), { body, ...FAST });
    await expect(sent).rejects.toMatchObject({ name: 'CorrectedBodyError' });
  });
});

describe('the dead letter of a job', () => {
  test('is found among many, with its body, and all are visible again', async () => {
    const world = await graveyard(35);
    const looked: number[] = [];
    const found = await deadLetterOf(
      stageOf(world),
      'probe',
      { key: 'a30', run: 1 },
      { onProgress: (n) => looked.push(n) },
    );
    expect(found).toMatchObject({ key: 'a30', run: 1, ours: true, reason: 'PermanentError' });
    expect(JSON.parse(found?.body ?? '')).toMatchObject({ id: 'a30', payload: { do: 'permanent' } });
    expect(looked.length).toBeGreaterThan(30);
    expect(visible(world)).toBe(35);
  });

  test.each([
    ['of another run', { key: 'a1', run: 2 }],
    ['of another key', { key: 'b1', run: 1 }],
  ])('%s is none', async (_, job) => {
    const world = await graveyard(12);
    expect(await deadLetterOf(stageOf(world), 'probe', job)).toBeUndefined();
    expect(visible(world)).toBe(12);
  });

  test('is not looked for once it is aborted', async () => {
    const world = await graveyard(12);
    const signal = AbortSignal.abort();
    const before = world.sqs.calls.length;
    expect(await deadLetterOf(stageOf(world), 'probe', { key: 'a1', run: 1 }, { signal })).toBeUndefined();
    expect(world.sqs.calls.slice(before).map(({ name }) => name)).not.toContain('ReceiveMessage');
  });
});

describe('a purge', () => {
  test('of chosen jobs leaves what died since, what died again and what SQS moved', async () => {
    const world = await graveyard(4);
    world.deadLetters.add(outgoing(envelope({ id: 'moved' })), 'moved');
    const { jobs } = await dead(stageOf(world), 'probe');
    await redriveJobs(stageOf(world), 'probe', runs(['a0']), FAST);
    await die(world, 'late');
    const purged = await purge(stageOf(world), 'probe', { file: undefined, filter: { jobs }, ...FAST });
    expect(purged).toMatchObject({ deleted: 3, left: 0 });
    expect((await dead(stageOf(world), 'probe')).jobs.map(({ run }) => run).toSorted()).toEqual([1, 1, 1, 1, 2]);
    expect(visible(world)).toBe(3);
  });

  test('of all takes what was sent until it was asked for, messages that SQS moved among them', async () => {
    const world = await graveyard(4);
    world.deadLetters.add(outgoing(envelope({ id: 'moved' })), 'moved');
    const sentUntilMs = world.clock.now();
    await world.clock.advance(1000);
    await die(world, 'late');
    await world.clock.advance(1000);
    const purged = await purge(stageOf(world), 'probe', { file: undefined, sentUntilMs, ...FAST });
    expect(purged).toMatchObject({ deleted: 5 });
    expect(visible(world)).toBe(1);
  });
});
