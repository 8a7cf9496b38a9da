import { describe, expect, test } from 'vitest';
import { awsError } from '../../../lib/testing/index.ts';
import { linesOf, served } from './support/served.ts';

const CANARY = 'canary-4711';

/** A dead job, a parked one and one that completed, each with a payload that must stay where it is. */
async function withJobs(given: Parameters<typeof served>[0] = {}) {
  const there = await served(given);
  const { world } = there;
  world.send({ id: 'dead', payload: { do: 'permanent', secret: CANARY } });
  world.send({ id: 'done', payload: { do: 'complete', result: { kept: CANARY } } });
  world.send({
    ...{ id: 'parked', payload: { do: 'complete', secret: CANARY } },
    runAt: new Date(world.clock.now() + 3_600_000).toISOString(),
  });
  await world.drain();
  return there;
}

describe('a job', () => {
  test('that is dead may be redriven or corrected', async () => {
    const { get } = await withJobs();
    expect(await get('/api/job?type=probe&key=dead')).toMatchObject({
      data: {
        ...{ type: 'probe', key: 'dead', jobId: 'dead', run: 1, status: 'DEAD', attempts: 1, maxAttempts: 5 },
        ...{ reason: 'PermanentError', error: { name: 'PermanentError', message: 'it can never succeed' } },
        ...{ message: expect.stringContaining('in the dead-letter queue until'), can: ['redrive', 'correct'] },
      },
    });
  });

  test('that is parked may be started or cancelled, one that is over nothing', async () => {
    const { get } = await withJobs();
    expect(await get('/api/job?type=probe&key=parked')).toMatchObject({ data: { can: ['retry', 'cancel'] } });
    expect(await get('/api/job?type=probe&key=done')).toMatchObject({ data: { can: [] } });
  });

  test('may have nothing done with --read-only', async () => {
    const { get } = await withJobs({ readOnly: true });
    expect(await get('/api/job?type=probe&key=dead')).toMatchObject({ data: { can: [] } });
  });

  test('that is not there says so', async () => {
    const { get } = await served({ aws: { logs: { send: () => Promise.resolve({ events: [] }) } as never } });
    expect(await get('/api/job?type=probe&key=nobody')).toEqual({
      trouble: { kind: 'missing', message: expect.stringContaining('no probe job with key or id "nobody"') },
    });
  });

  test('shows what its handler keeps, unless payloads are left out', async () => {
    const { call } = await withJobs();
    expect((await call('/api/job?type=probe&key=done')).text).toContain(CANARY);
    const without = await withJobs({ payloads: false });
    expect((await without.call('/api/job?type=probe&key=done')).text).not.toContain(CANARY);
  });

  test('has its timeline without its logs where a right is missing, and says so', async () => {
    const denied = awsError('AccessDeniedException', 'not authorized to perform: logs:FilterLogEvents');
    const { get } = await withJobs({ aws: { logs: { send: () => Promise.reject(denied) } as never } });
    expect(await get('/api/timeline?type=probe&key=dead')).toMatchObject({
      data: {
        withoutLogs: expect.stringContaining('a right is missing'),
        entries: expect.arrayContaining([expect.objectContaining({ kind: 'dead', run: 1 })]),
      },
    });
  });
});

describe('a payload', () => {
  test('of a dead and of a parked job is read when it is asked for', async () => {
    const { post } = await withJobs();
    for (const key of ['dead', 'parked']) {
      const { status, body } = await post('/api/payload', { type: 'probe', key, run: 1 });
      expect([status, body.payload]).toEqual([200, expect.stringContaining(`"secret": "${CANARY}"`)]);
      expect(JSON.parse(String(body.body))).toMatchObject({ id: key });
    }
  });

  test('of a job that is over, or of another run, is missing', async () => {
    const { post } = await withJobs();
    expect((await post('/api/payload', { type: 'probe', key: 'done', run: 1 })).status).toBe(404);
    expect((await post('/api/payload', { type: 'probe', key: 'dead', run: 2 })).status).toBe(404);
  });

  test('never leaves a console that was started with --no-payloads', async () => {
    const { post, get } = await withJobs({ payloads: false });
    const { status, body } = await post('/api/payload', { type: 'probe', key: 'dead', run: 1 });
    expect([status, body]).toMatchObject([403, { error: { message: expect.stringContaining('--no-payloads') } }]);
    expect(await get('/api/job?type=probe&key=dead')).toMatchObject({ data: { can: ['redrive'] } });
  });

  test('is in no log, and in no answer that did not ask for it', async () => {
    const { call, post, log } = await withJobs();
    const paths = [
      'overview',
      'dead',
      'waiting',
      'job?type=probe&key=dead',
      'timeline?type=probe&key=dead',
      'operations',
    ];
    for (const path of paths) expect((await call(`/api/${path}`)).text).not.toContain(CANARY);
    await post('/api/payload', { type: 'probe', key: 'dead', run: 1 });
    await post('/api/check', { type: 'probe', text: `{"do":"${CANARY}"}` });
    await post('/api/choices', { kind: 'send', type: 'probe', text: CANARY, lines: false, envelopes: false });
    expect(log).toHaveLength(9);
    expect(JSON.stringify(log)).not.toMatch(/canary|probe|dead\b.*key/);
  });
});

describe('a right that is missing', () => {
  test('is asked for once, then named for some minutes, and what needs it is not offered', async () => {
    const received: object[] = [];
    const denied = awsError('AccessDeniedException', 'User is not authorized to perform: sqs:receivemessage');
    const there = await withJobs();
    const { stage, world } = there;
    const inner = stage.aws.sqs as { send(command: object): Promise<object> };
    const send = async (command: object) => {
      if (command.constructor.name !== 'ReceiveMessageCommand') return inner.send(command);
      received.push(command);
      throw denied;
    };
    const { post, get } = await served({ stage: { ...stage, aws: { ...stage.aws, sqs: { send } as never } } });
    const job = { type: 'probe', key: 'dead', run: 1 };
    expect(await get('/api/job?type=probe&key=dead')).toMatchObject({ data: { can: ['redrive', 'correct'] } });
    const first = await post('/api/payload', job);
    expect(first).toMatchObject({
      ...{ status: 403, body: { error: { kind: 'denied', action: 'sqs:ReceiveMessage' } } },
    });
    const calls = received.length;
    expect(await post('/api/payload', job)).toEqual(first);
    await world.clock.advance(2_000);
    expect(await get('/api/job?type=probe&key=dead')).toMatchObject({ data: { can: [] } });
    expect(received).toHaveLength(calls);
    await world.clock.advance(5 * 60_000);
    await post('/api/payload', job);
    expect(received.length).toBeGreaterThan(calls);
  });
});

describe('a check', () => {
  test.each([
    ['{"do":"complete"}', []],
    ['{"do":"nothing","times":1.5}', ['/do', '/times']],
    ['{"do":', [{ pointer: '', line: 1, column: 7 }]],
    ['{\n "do" 1}', [{ pointer: '', line: 2, column: 7 }]],
    ['[]', ['']],
  ])('of %j finds %j, and quotes nothing', async (text, expected) => {
    const { post } = await served();
    const { body } = await post('/api/check', { type: 'probe', text });
    const faults = expected.map((one) => (typeof one === 'string' ? { pointer: one } : one));
    expect(body.faults).toHaveLength(faults.length);
    expect(body).toMatchObject({ faults });
    expect(JSON.stringify(body)).not.toContain('nothing');
  });

  test('of an envelope names its payload’s fields within it, and what is wrong with itself', async () => {
    const { post } = await served();
    const check = (text: string) => post('/api/check', { type: 'probe', text, envelope: true });
    expect((await check('{"payload":{"do":"complete"}}')).body).toEqual({ faults: [] });
    expect((await check('{"payload":{"do":1}}')).body).toMatchObject({ faults: [{ pointer: '/payload/do' }] });
    expect((await check('{"paylod":1}')).body).toMatchObject({
      faults: [{ pointer: '', message: expect.stringContaining('payload') }],
    });
  });

  test('of a type that the catalogue lacks says which it has', async () => {
    const { post } = await served();
    expect(await post('/api/check', { type: 'prob', text: '{}' })).toMatchObject({
      status: 404,
      body: { error: { kind: 'missing', message: expect.stringContaining('probe') } },
    });
  });
});

describe('lists', () => {
  test('of dead jobs come page by page, with their groups', async () => {
    const { call } = await withJobs();
    const { headers, text } = await call('/api/dead?type=probe&error=never');
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(linesOf(text)).toMatchObject([
      { jobs: [{ key: 'dead', run: 1 }], groups: [{ type: 'probe', jobs: 1 }], read: 1, of: 1, truncated: false },
    ]);
    expect(linesOf((await call('/api/dead?error=other')).text)).toMatchObject([{ jobs: [] }]);
  });

  test('that fail midway end with what went wrong', async () => {
    const { call } = await served();
    expect(linesOf((await call('/api/dead?type=other')).text)).toEqual([
      { error: { kind: 'missing', message: expect.stringContaining('no job type "other"') } },
    ]);
  });

  test('of waiting jobs have the soonest first', async () => {
    const { get } = await withJobs();
    expect(await get('/api/waiting?type=probe&limit=10')).toMatchObject({
      data: { jobs: [{ key: 'parked', run: 1, waitsForChildren: false }], total: 1, totalMore: false },
    });
  });

  test.each(['/api/waiting?limit=0', '/api/dead?type=No', '/api/job?type=probe', '/api/metrics?type=probe&hours=2'])(
    '%s is told what is wrong',
    async (path) => {
      const { call } = await served();
      const { status, text } = await call(path);
      expect([status, text]).toEqual([400, expect.stringMatching(/limit: |type: |key: |hours: /)]);
    },
  );
});

test('a type has its definition in words, its schema, and what the console has counted', async () => {
  const { get, world } = await served();
  await get('/api/overview');
  expect(await get('/api/type?type=probe')).toMatchObject({
    facts: expect.arrayContaining([
      { name: 'attempts', value: '5' },
      { name: 'delays', value: '1 s, 30 s, 5 min, 30 min' },
      { name: 'timeout', value: '10 s' },
    ]),
    payloadSchema: { type: 'object', required: ['do'] },
    schedules: { data: [] },
    samples: [{ atMs: world.clock.now(), depth: 0, inFlight: 0, delayed: 0 }],
  });
});

test('health comes as it is found, once for all who ask within a minute', async () => {
  const { call, plane } = await served();
  const first = linesOf((await call('/api/health')).text);
  expect(first).toContainEqual(expect.objectContaining({ check: 'event sources', level: 'ok' }));
  const calls = plane.calls.length;
  expect(linesOf((await call('/api/health')).text)).toEqual(first);
  expect(plane.calls).toHaveLength(calls);
  await call('/api/health?fresh=1');
  expect(plane.calls.length).toBeGreaterThan(calls);
});

test('the stage’s page says where it is, and what may be done', async () => {
  const { get } = await served({ readOnly: true, payloads: false });
  expect(await get('/api/about')).toEqual({
    ...{ stage: 'test', flags: ' --stage test', isEmulator: false, keepsData: false, readOnly: true, payloads: false },
    ...{ gaps: [], hasFlows: false },
    types: [
      {
        ...{ type: 'probe', deployed: true, inCatalogue: true },
        ...{ retired: false, hasSchedules: false, inFlows: false },
      },
    ],
  });
});

test('find tells what it found, what it looked through, and what it could not', async () => {
  const denied = awsError('AccessDeniedException', 'not authorized to perform: logs:FilterLogEvents');
  const { call } = await withJobs({ aws: { logs: { send: () => Promise.reject(denied) } as never } });
  expect(linesOf((await call('/api/find?text=parked')).text)).toEqual([
    { kind: 'job', type: 'probe', key: 'parked', jobId: 'parked', status: 'SCHEDULED' },
    { kind: 'looked', where: 'keys of 1 job type' },
    { kind: 'looked', where: 'log of probe', trouble: expect.objectContaining({ kind: 'denied' }) },
  ]);
});
