import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OUTPUT_NAMES, outputSchema } from '../../../../bin/schemas/index.ts';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import type { Ran } from '../../../support/cli.ts';
import { sendEmail } from '../../../support/shop/send-email/definition.ts';
import { type Deployed, deployed, workingFolder } from './support/deployed.ts';
import { verbsOf } from './support/verbs.ts';

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
ajv.addFormat('date-time', { validate: (text: string) => text === new Date(Date.parse(text)).toISOString() });

const PAYLOAD = JSON.stringify({ to: 'ada@example.com', subject: 'fine', text: 'Hello.' });
/** Before the clock's first time. */
const HOUR_AGO = '2025-12-31T23:30:00Z';
const LOG = '/aws/lambda/sluice-test-send-email';

/** A stage that has something of everything: jobs of every status, a batch, dead letters, logs. */
async function full(): Promise<Deployed> {
  const there = deployed();
  const { world, plane, mail } = there;
  await there.graveyard(2);
  const runAt = new Date(world.clock.now() + 3600_000).toISOString();
  for (const id of ['parked', 'batch']) mail(id, 'fine', { runAt });
  for (const id of ['done', 'batch:0']) mail(id);
  mail('batch:1', 'permanent');
  await world.drain();
  const children = [{ type: 'send-email', n: 3 }];
  const batch = { total: 3, children, open: new Set([0, 2]), dead: new Set([1]), mode: 'settled' as const };
  world.alter('batch', {
    ...batch,
    deadlineAt: Date.parse(runAt),
    flow: { after: { type: 'send-email', key: 'done' } },
  });
  const flow = { of: { type: 'send-email', key: 'batch', place: 0 }, chain: { key: 'x', step: 1 } };
  world.alter('done', { flow, progress: { at: 1 }, checkpoint: [1], checkpointNo: 1, passedOn: 'send-email#batch' });
  world.alter('a1', { crash: { name: 'E', message: 'm', owner: 'o' }, diedOf: ['h'], undelivered: 'event' });
  const line = { jobId: 'done', key: 'done', message: 'job.completed', any: { of: 'theirs' } };
  plane.logs.set(LOG, [{ timestamp: 1, message: JSON.stringify(line) }]);
  await there.run(`schedule put send-email hourly 'cron(0 * * * ? *)' '${PAYLOAD}' --until 2099-01-01T00:00:00Z`);
  await there.run('schedule pause send-email hourly');
  plane.ages.set('sluice-test-send-email', [90]);
  await there.run('breaker send-email open', IN_FLOWS);
  return there;
}

const BREAKER = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const IN_FLOWS = {
  definitions: [
    defineJob({ type: 'send-email', payload: sendEmail.payload, handsOn: ['send-email'], breaker: BREAKER }),
  ],
};

/** A command line for each kind of answer that a verb has, and its exit code. */
const RUNS: readonly (readonly [verb: string, args: string, code: number])[] = [
  ['queues', 'queues', 0],
  ['queues', 'queues send-email', 0],
  ['queues', 'queues --watch', 130],
  ['job', 'job send-email done --logs', 0],
  ['job', 'job send-email parked --payload', 0],
  ['job', 'job send-email batch', 0],
  ['job', 'job send-email a1', 0],
  ['flow', 'flow send-email batch --all', 0],
  ['flows', 'flows', 0],
  ['send', `send send-email '${PAYLOAD}'`, 0],
  ['send', 'send send-email @lines --lines', 1],
  ['schedule put', `schedule put send-email daily 'cron(0 7 * * ? *)' '${PAYLOAD}'`, 0],
  ['schedule list', 'schedule list', 0],
  ['schedule pause', 'schedule pause send-email hourly', 0],
  ['schedule resume', 'schedule resume send-email hourly', 0],
  ['schedule delete', 'schedule delete send-email hourly', 0],
  ['schedule run-now', 'schedule run-now send-email hourly', 0],
  ['schedule backfill', `schedule backfill send-email hourly --from ${HOUR_AGO}`, 0],
  ['schedule backfill', `schedule backfill send-email hourly --from ${HOUR_AGO} --yes`, 0],
  ['breaker', 'breaker send-email', 0],
  ['breaker', 'breaker send-email close', 0],
  ['dead', 'dead', 0],
  ['dead', 'dead --jobs', 0],
  ['dlq show', 'dlq show send-email', 0],
  ['dlq show', 'dlq show send-email --bodies', 0],
  ['dlq redrive', 'dlq redrive send-email', 0],
  ['dlq redrive', 'dlq redrive send-email --key a0 --yes', 0],
  ['dlq purge', 'dlq purge send-email --key a0', 0],
  ['dlq purge', 'dlq purge send-email --yes', 0],
  ['dlq purge', 'dlq purge send-email --yes --no-save', 0],
  ['retry', 'retry send-email parked', 0],
  ['retry', 'retry send-email nobody', 3],
  ['retry', 'retry send-email --all', 0],
  ['retry', 'retry send-email --all --yes', 0],
  ['cancel', 'cancel send-email parked', 0],
  ['cancel', 'cancel send-email done', 1],
  ['cancel', 'cancel send-email batch --flow', 0],
  ['cancel', 'cancel send-email --all', 0],
  ['cancel', 'cancel send-email --all --yes', 0],
  ['find', 'find done', 0],
  ['waiting', 'waiting', 0],
  ['pause', 'pause send-email --no-wait', 0],
  ['resume', 'resume send-email', 0],
  ['drain', 'drain send-email --timeout 1', 1],
  ['doctor', 'doctor', 1],
  ['new', 'new resize-image', 0],
  ['init', 'init shop', 0],
];

/** Runs a command line with `--json` on a full stage. */
async function answered(args: string): Promise<Ran> {
  workingFolder();
  writeFileSync('lines', `${PAYLOAD}\n{"to":1}\n`);
  const there = await full();
  const abort = new AbortController();
  const clock = { now: there.world.clock.now, sleep: async () => abort.abort() };
  return there.run(`${args} --json`, {
    ...IN_FLOWS,
    ...(args.includes('--watch') && { clock, signal: abort.signal }),
    ...(args.startsWith('new') && { root: checkout() }),
  });
}

/** A folder that has a catalogue and no more. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-json-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'functions'));
  writeFileSync(join(folder, 'functions/index.ts'), 'export const definitions = [] as const;\n');
  return folder;
}

/** Objects and records within a value, by their JSON pointers. */
function* objectsIn(value: unknown, at = ''): Generator<{ at: string; object: Record<string, unknown> }> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield { at, object: value as Record<string, unknown> };
  for (const [name, within] of Object.entries(value)) yield* objectsIn(within, `${at}/${name}`);
}

/** What user code or a sender fills with fields of any name; `jobs` and `rows` count by the rows that were written. */
const OPEN = /^\/logs\/\d+\/fields|^\/item\/(result|progress|checkpoint)|^\/item\/envelope\/attributes|^\/(jobs|rows)$/;

/** The value after a change of the object at a place. */
function changed(value: object, at: string, change: (object: Record<string, unknown>) => void): object {
  const copy = structuredClone(value);
  for (const one of objectsIn(copy)) if (one.at === at) change(one.object);
  return copy;
}

/** Fields that some answers do not have. */
const OPTIONAL = [
  ...[
    'batch',
    'logs',
    'file',
    'jobId',
    'reason',
    'error',
    'run',
    'body',
    'failedAt',
    'oldestSeconds',
    'todo',
    'status',
    ...['until', 'pausedAt', 'missed'],
    ...['breaker', 'since', 'by', 'nextProbeAt', 'changed'],
  ],
  ...['completedAt', 'processedAt', 'result', 'progress', 'checkpoint', 'flow', 'of', 'after', 'chain', 'passedOn'],
  ...['dueAt', 'listKey', 'listAt', 'envelope', 'total', 'mode', 'deadlineAt', 'crash', 'diedOf', 'undelivered'],
  ...['owner', 'payloadHash', 'schema', 'cancelRequested', 'parent', 'holder', 'waitsFor', 'leaseUntil', 'group'],
];

describe('the JSON of every verb is as its schema says:', () => {
  test.each(RUNS)('%s, by "%s"', async (verb, args, code) => {
    const ran = await answered(args);
    expect([ran.code, ran.stderr]).toEqual([code, '']);
    const isRight = ajv.compile(outputSchema(verb) ?? false);
    const value = ran.json<object>();
    expect([isRight(value), isRight.errors]).toEqual([true, null]);
    for (const { at, object } of objectsIn(value)) {
      if (OPEN.test(at)) continue;
      expect([at, isRight(changed(value, at, (one) => Object.assign(one, { added: 1 })))]).toEqual([at, false]);
      for (const name of Object.keys(object)) {
        const lacks = changed(value, at, (one) => delete one[name]);
        if (isRight(lacks)) expect(OPTIONAL, `${at} without ${name}`).toContain(name);
      }
    }
  });

  test('each verb that takes --json has a schema, and is tried', async () => {
    const { run } = deployed();
    const withJson: string[] = [];
    for (const verb of await verbsOf()) {
      // They serve until they are stopped.
      if (verb === 'mcp' || verb === 'console') continue;
      if (/^ {2}--json /m.test((await run(`${verb} --help`)).stdout)) withJson.push(verb);
    }
    const tried = [...new Set(RUNS.map(([verb]) => verb))];
    expect([tried.toSorted(), OUTPUT_NAMES.filter((name) => name !== 'error').toSorted()]).toEqual([
      ...[withJson.toSorted(), withJson.toSorted()],
    ]);
  });
});

describe('the JSON of a failure is as the schema "error" says:', () => {
  test.each([
    ['queues --stage prdo', 3],
    ['queues send-mail', 3],
    ['job send-email nobody', 3],
    ['send send-email {}', 2],
    ['queues --every 0', 2],
    ['queues --watchh', 2],
    ['send send-email', 2],
    ['dlq redrve', 2],
    ['job send-email --dashed', 2],
    ['new', 2],
    ['local --emulator other', 2],
  ])('%s', async (args, code) => {
    const ran = await deployed().run(`${args} --json`);
    const isRight = ajv.compile(outputSchema('error') ?? false);
    const value = JSON.parse(ran.stderr) as { error: { exitCode: number } };
    expect([isRight(value), isRight.errors, value.error.exitCode]).toEqual([true, null, code]);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
  });

  test('of a verb that failed on its way stands beside what it did', async () => {
    const { run, plane } = deployed();
    plane.aws.cloudWatch.send = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const ran = await run('queues --json');
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { exitCode: 4, message: 'a right is missing: no' } });
  });
});

describe('schema --output', () => {
  test.each(OUTPUT_NAMES)('%s prints its JSON Schema', async (verb) => {
    const ran = await deployed().run(`schema --output ${verb}`);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.json()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(ajv.validateSchema(ran.json())).toBe(true);
  });

  test.each([
    ['schema', 'name a job type, as send-email, or a verb with --output'],
    ['schema send-email --output queues', 'give a job type or --output, not both'],
    ['schema --output quues', 'no verb "quues" prints JSON; did you mean "queues"?'],
    ['schema --output local', 'no verb "local" prints JSON; there are: queues, job, '],
    ['schema --output', "option '--output <verb...>' argument missing"],
  ])('%s is a wrong use', async (args, said) => {
    const ran = await deployed().run(args);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(said);
  });
});
