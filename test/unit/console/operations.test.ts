import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Operation } from '../../../lib/console/api.ts';
import { ROUTES } from '../../../lib/console/routes/index.ts';
import { names } from '../../../lib/contract/names.ts';
import { JSON_TYPE, linesOf, served } from './support/served.ts';

type Served = Awaited<ReturnType<typeof served>>;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sluice-console-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

async function withDead(keys: readonly string[], given: Parameters<typeof served>[0] = {}): Promise<Served> {
  const there = await served(given);
  await die(there, keys);
  return there;
}

async function die({ world }: Served, keys: readonly string[]): Promise<void> {
  for (const id of keys) world.send({ id, payload: { do: 'permanent', secret: `secret of ${id}` } });
  await world.drain();
}

/** The operation, once it has ended. The page looks in the same way. */
async function ended({ get }: Pick<Served, 'get'>, id: unknown): Promise<Operation> {
  for (;;) {
    const all = (await get('/api/operations')) as Operation[];
    const one = all.find((operation) => operation.id === id);
    if (one === undefined) throw new TypeError('there is no such operation');
    if (one.state !== 'running' && one.state !== 'stopping') return one;
  }
}

async function carriedOut(there: Served, request: unknown, typed?: string): Promise<Operation> {
  const choice = await there.post('/api/choices', request);
  const started = await there.post('/api/operations', {
    choice: choice.body.id,
    ...(typed !== undefined && { typed }),
  });
  expect(started).toMatchObject({ status: 200 });
  return ended(there, started.body.id);
}

describe('a choice', () => {
  test('names what it is, and changes nothing', async () => {
    const there = await withDead(['d1', 'd2', 'd3', 'd4']);
    const { body } = await there.post('/api/choices', { kind: 'redrive', type: 'probe', filter: { error: 'never' } });
    expect(body).toEqual({
      ...{ id: expect.any(String), kind: 'redrive', type: 'probe', count: 4, ratePerSecond: 250, notes: [] },
      asked: 'dead jobs of probe whose error has "never"',
      examples: ['probe d1', 'probe d2', 'probe d3'],
      will: expect.stringContaining('sent back'),
    });
    expect(there.world.deadLetters.messages()).toHaveLength(4);
  });

  test('is what is changed: a job that dies between dialog and click is untouched', async () => {
    const there = await withDead(['d1', 'd2']);
    const choice = await there.post('/api/choices', { kind: 'redrive', type: 'probe', filter: {} });
    await die(there, ['late']);
    const { body } = await there.post('/api/operations', { choice: choice.body.id });
    const operation = await ended(there, body.id);
    expect(operation).toMatchObject({
      ...{
        kind: 'redrive',
        state: 'done',
        chosen: 2,
        done: 2,
        unchanged: 0,
        left: 0,
        tone: 'good',
        said: '2 jobs sent back',
      },
      cliLine: 'npx sluice dlq redrive probe --stage test',
    });
    expect(there.world.deadLetters.messages()).toHaveLength(1);
  });

  test('of which all have ended meanwhile changes nothing, and says so', async () => {
    const there = await withDead(['d1']);
    const choice = await there.post('/api/choices', { kind: 'redrive', type: 'probe', filter: {} });
    await carriedOut(there, { kind: 'redrive', jobs: [{ type: 'probe', key: 'd1', run: 1 }] });
    await there.world.drain();
    const { body } = await there.post('/api/operations', { choice: choice.body.id });
    expect(await ended(there, body.id)).toMatchObject({
      ...{ done: 0, unchanged: 1, left: 0, state: 'done', tone: 'warning', said: '0 changed: all had ended meanwhile' },
    });
    const refused = linesOf((await there.call(`/api/operations/refused?id=${String(body.id)}`)).text);
    expect(refused).toEqual([{ type: 'probe', key: 'd1', why: expect.stringContaining('died again meanwhile') }]);
  });

  test('is good once, and for 15 minutes', async () => {
    const there = await withDead(['d1']);
    const request = { kind: 'redrive', type: 'probe', filter: {} };
    const [used, old] = [await there.post('/api/choices', request), await there.post('/api/choices', request)];
    const first = await there.post('/api/operations', { choice: used.body.id });
    await ended(there, first.body.id);
    expect((await there.post('/api/operations', { choice: used.body.id })).status).toBe(404);
    await there.world.clock.advance(15 * 60_000);
    expect(await there.post('/api/operations', { choice: old.body.id })).toMatchObject({
      status: 404,
      body: { error: { message: 'this choice was used, or is older than 15 minutes' } },
    });
  });

  test('of more than a hundred jobs has the type’s name typed, and the server asks for it', async () => {
    const there = await served();
    const jobs = Array.from({ length: 101 }, (_, i) => ({ type: 'probe', key: `k${i}`, run: 1 }));
    const { body } = await there.post('/api/choices', { kind: 'redrive', jobs });
    expect(body).toMatchObject({ typeToConfirm: 'probe', asked: '101 chosen jobs of probe' });
    for (const typed of [undefined, 'Probe', 'prob']) {
      const { status } = await there.post('/api/operations', { choice: body.id, ...(typed && { typed }) });
      expect(status).toBe(400);
    }
    expect((await there.post('/api/operations', { choice: body.id, typed: 'probe' })).status).toBe(200);
  });

  test('of jobs one by one names the command that does the same', async () => {
    const { post } = await served();
    const jobs = ['a', 'b'].map((key) => ({ type: 'probe', key, run: 1 }));
    const { body } = await post('/api/choices', { kind: 'redrive', jobs });
    const started = await post('/api/operations', { choice: body.id });
    expect(started.body.cliLine).toBe('npx sluice dlq redrive probe --key a --key b --stage test');
  });

  test('of more than a hundred lines to send has the type’s name typed, too', async () => {
    const { post } = await served();
    const text = '{"do":"complete"}\n'.repeat(101);
    const { body } = await post('/api/choices', { kind: 'send', type: 'probe', text, lines: true, envelopes: false });
    expect(body).toMatchObject({ count: 101, typeToConfirm: 'probe' });
  });

  test('that is wrong is told what is wrong', async () => {
    const { post } = await served();
    for (const request of [
      { kind: 'redrive', type: 'probe' },
      { kind: 'purge', jobs: ['probe', 'other'].map((type) => ({ type, key: 'a', run: 1 })) },
      { kind: 'redrive', jobs: [] },
      { kind: 'cancel', jobs: [{ type: 'probe', key: '../a', run: 1 }] },
      { kind: 'explode', type: 'probe' },
    ]) {
      expect(await post('/api/choices', request)).toMatchObject({ status: 400, body: { error: { kind: 'usage' } } });
    }
  });
});

describe('an operation', () => {
  test('that purges saves first, in a file of its owner alone, and asks for the stage’s name', async () => {
    const saveFolder = folder();
    const there = await withDead(['d1', 'd2'], { saveFolder });
    there.plane.isProtected.add(names.coreStack('test'));
    const request = { kind: 'purge', type: 'probe', filter: { key: 'd1' } };
    const { body } = await there.post('/api/choices', request);
    expect(body).toMatchObject({ count: 1, typeToConfirm: 'test' });
    expect((await there.post('/api/operations', { choice: body.id, typed: 'probe' })).status).toBe(400);
    const { state, said, file = '' } = await carriedOut(there, request, 'test');
    expect([state, said, there.world.deadLetters.messages().length]).toEqual(['done', '1 dead letter deleted', 1]);
    const [name = ''] = readdirSync(saveFolder);
    expect([file, name]).toEqual([
      join(saveFolder, name),
      expect.stringMatching(/^sluice-test-probe-dlq-\w+\.ndjson$/),
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(linesOf(readFileSync(file, 'utf8'))).toMatchObject([{ body: expect.stringContaining('secret of d1') }]);
  });

  test('that corrects a body saves the old one, sends the new one, and the job completes', async () => {
    const saveFolder = folder();
    const there = await withDead(['d1'], { saveFolder });
    const job = { type: 'probe', key: 'd1', run: 1 };
    const wrong = await there.post('/api/choices', {
      kind: 'correct',
      job,
      body: '{"id":"d1","payload":{"do":"nothing"}}',
    });
    expect(wrong).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('payload.do') } } });
    const body = JSON.stringify({ id: 'd1', payload: { do: 'complete' } });
    const operation = await carriedOut(there, { kind: 'correct', job, body });
    expect(operation).toMatchObject({ state: 'done', done: 1, said: 'sent back with the corrected body' });
    expect(readFileSync(operation.file ?? '', 'utf8')).toContain('secret of d1');
    await there.world.drain();
    expect(there.world.job('d1')?.status).toBe('COMPLETED');
  });

  test('that starts parked jobs leaves what is not parked', async () => {
    const there = await served();
    const { world } = there;
    const runAt = new Date(world.clock.now() + 3_600_000).toISOString();
    for (const id of ['p1', 'p2']) world.send({ id, runAt, payload: { do: 'complete' } });
    await world.drain();
    const all = await carriedOut(there, { kind: 'retry', type: 'probe', waiting: true });
    expect(all).toMatchObject({
      asked: 'all parked jobs of probe',
      done: 2,
      unchanged: 0,
      said: '2 jobs due now',
      tone: 'good',
    });
    const jobs = [{ type: 'probe', key: 'nobody', run: 1 }];
    expect(await carriedOut(there, { kind: 'retry', jobs })).toMatchObject({
      ...{ done: 0, unchanged: 1, tone: 'warning', said: '0 changed: all had begun or ended meanwhile' },
      cliLine: 'npx sluice retry probe nobody --stage test',
    });
  });

  test('that cancels parked jobs cancels them', async () => {
    const there = await served();
    const { world } = there;
    world.send({ id: 'p1', runAt: new Date(world.clock.now() + 3_600_000).toISOString() });
    await world.drain();
    expect(await carriedOut(there, { kind: 'cancel', jobs: [{ type: 'probe', key: 'p1', run: 1 }] })).toMatchObject({
      ...{ done: 1, said: '1 job cancelled, or told to end' },
    });
    expect(world.job('p1')?.status).toBe('CANCELLED');
  });

  test('that pauses a type does, and again changes nothing', async () => {
    const there = await served();
    expect(await carriedOut(there, { kind: 'pause', type: 'probe' })).toMatchObject({
      said: 'probe is paused',
      tone: 'good',
    });
    expect(await carriedOut(there, { kind: 'pause', type: 'probe' })).toMatchObject({
      ...{ said: '0 changed: probe was paused already', tone: 'warning' },
    });
    expect(await there.get('/api/overview')).toMatchObject({ states: { data: { probe: 'paused' } } });
  });

  test('that sends lines keeps those that were refused', async () => {
    const there = await served();
    const text = '{"do":"complete"}\n\n{"do":"nothing"}\nno json\n';
    const operation = await carriedOut(there, { kind: 'send', type: 'probe', text, lines: true, envelopes: false });
    expect(operation).toMatchObject({ chosen: 3, done: 1, refused: 2, said: '1 job sent; 2 refused', tone: 'bad' });
    const refused = linesOf((await there.call(`/api/operations/refused?id=${operation.id}`)).text);
    expect(refused).toMatchObject([
      { type: 'probe', line: 4, why: expect.stringContaining('not JSON') },
      { type: 'probe', line: 3, why: expect.stringContaining('payload.do') },
    ]);
  });

  test('that AWS refuses has failed, and says why', async () => {
    const there = await withDead([]);
    const operation = await carriedOut(there, { kind: 'pause', type: 'other' });
    expect(operation).toMatchObject({
      state: 'failed',
      tone: 'bad',
      said: expect.stringContaining('no job type "other"'),
    });
  });
});

describe('an operation that runs', () => {
  /** SQS that holds each call until the test lets it go. */
  async function held() {
    const gates: (() => void)[] = [];
    let isOpen = true;
    const there = await withDead(Array.from({ length: 60 }, (_, i) => `d${i}`));
    const { stage } = there;
    const inner = stage.aws.sqs as { send(command: object): Promise<object> };
    const send = async (command: object) => {
      if (!isOpen && command.constructor.name === 'SendMessageBatchCommand') {
        await new Promise<void>((resolve) => gates.push(resolve));
      }
      return inner.send(command);
    };
    const second = await served({ stage: { ...stage, aws: { ...stage.aws, sqs: { send } as never } } });
    isOpen = false;
    const open = () => {
      isOpen = true;
      for (const gate of gates.splice(0)) gate();
    };
    const started = await second.post('/api/choices', { kind: 'redrive', type: 'probe', filter: {} });
    const { body } = await second.post('/api/operations', { choice: started.body.id });
    return { ...second, world: there.world, id: body.id as string, open };
  }

  test('lets no other one at the same dead-letter queue, and says which runs', async () => {
    const there = await held();
    const choice = await there.post('/api/choices', { kind: 'purge', type: 'probe', filter: {} });
    expect(await there.post('/api/operations', { choice: choice.body.id, typed: 'probe' })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('redrive of dead jobs of probe') } },
    });
    there.open();
    await ended(there, there.id);
    expect((await there.post('/api/operations', { choice: choice.body.id, typed: 'probe' })).status).toBe(200);
  });

  test('stops after the calls that are under way, and says what is left', async () => {
    const there = await held();
    expect((await there.post('/api/operations/stop', { id: there.id })).body).toMatchObject({ state: 'stopping' });
    there.open();
    const { state, done, left, said } = await ended(there, there.id);
    expect([state, done + left, said]).toEqual([
      'stopped',
      60,
      `stopped: ${done === 0 ? '0 changed' : `${done} jobs sent back`}; ${left} left`,
    ]);
    expect(left).toBeGreaterThan(0);
    expect(there.world.deadLetters.messages()).toHaveLength(left);
  });

  test('ends with the console, which names the command that goes on', async () => {
    const there = await held();
    const stopping = there.running.stop();
    there.open();
    expect(await stopping).toEqual(['npx sluice dlq redrive probe --stage test']);
  });
});

describe('with --read-only', () => {
  const changing = ROUTES.filter(({ changes }) => changes);

  test('there is something to leave out', () => {
    expect(changing.map(({ path }) => path)).toEqual(['/api/choices', '/api/operations', '/api/operations/stop']);
  });

  test.each(changing.map(({ path }) => path))('POST %s does not exist', async (path) => {
    const { call } = await served({ readOnly: true });
    const { status } = await call(path, { method: 'POST', headers: JSON_TYPE, body: '{}' });
    expect(status).toBe(path === '/api/operations' ? 405 : 404);
  });
});
