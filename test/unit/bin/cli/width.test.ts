import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { drawTable } from '../../../../bin/cli/table.ts';
import { type Deployed, deployed } from './support/deployed.ts';

const WORDS = 'the upstream service answered 503 and its body was longer than anybody reads at night';
const ID = '0199c0de-0000-7000-8000-';

/** Dead jobs whose ids, errors and bodies are long, and of two lines. */
async function longWinded(): Promise<Deployed> {
  const there = deployed();
  for (const end of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']) {
    there.mail(`${ID}${end}`, 'permanent', { key: `welcome-${'x'.repeat(60)}-${end}` });
    await there.world.drain();
    there.world.alter(`welcome-${'x'.repeat(60)}-${end}`, {
      error: { name: 'UpstreamError', message: `first line\n${WORDS}` },
    });
  }
  await there.world.clock.advance(1000);
  return there;
}

const linesOf = (text: string) => text.trimEnd().split('\n');
const PLAIN = { NO_COLOR: '1' };

describe('a table at a terminal', () => {
  const verbs: [string, number][] = [
    ['dead', 2],
    ['dead --jobs', 3],
    ['dlq show send-email', 3],
    ['dlq show send-email --bodies', 3],
    ['queues', 2],
  ];
  test.each(
    verbs.flatMap(([verb, lines]) => [40, 80, 132, undefined].map((columns) => [verb, columns, lines] as const)),
  )('%s fits %s columns, a line a row', async (verb, columns, lines) => {
    const { ask } = await longWinded();
    for (const env of [PLAIN, {}]) {
      const { stdout, code } = await ask(verb, '', { env, ...(columns !== undefined && { columns }) });
      expect([linesOf(stdout).length, code]).toEqual([lines, 0]);
      // Without what the terminal says, 80. Codes of colours have no width.
      for (const line of linesOf(stdout)) expect(stringWidth(line)).toBeLessThanOrEqual(columns ?? 80);
    }
  });

  test('that was cut says so; with --wide, and in a pipe, it has all', async () => {
    const { ask, run } = await longWinded();
    const cut = await ask('dead --jobs', '', { env: PLAIN, columns: 80 });
    expect(cut.stderr).toBe('cut to 80 columns; --wide shows all\n');
    // What tells one id from another is its end.
    expect(linesOf(cut.stdout).map((line) => /\S+…\S*[ab]{3} /.test(line))).toEqual([false, true, true]);
    const error = `UpstreamError: first line ${WORDS}`;
    for (const { stdout, stderr } of [
      await ask('dead --jobs --wide', '', { env: PLAIN, columns: 80 }),
      await run('dead --jobs'),
    ]) {
      expect([linesOf(stdout).length, stderr]).toEqual([3, '']);
      expect(stdout).toContain(`welcome-${'x'.repeat(60)}-aaaaaaaaaaaa`);
      expect(stdout).toContain(error);
    }
    const bodies = await ask('dlq show send-email --bodies --wide', '', { env: PLAIN, columns: 80 });
    expect(bodies.stdout).toContain('"subject":"permanent"');
  });

  test('keeps numbers, times and reasons whole at 80 columns, where texts can be cut', async () => {
    const { ask } = await longWinded();
    const { stdout } = await ask('dead', '', { env: PLAIN, columns: 80 });
    expect(linesOf(stdout)[1]).toMatch(
      /^send-email +PermanentError +UpstreamError: .*… +2 +\d\d-\d\d \d\d:\d\d +\d\d-\d\d \d\d:\d\d$/,
    );
  });
});

const LONG = 'synchronise-customer-master-data-nightly';

/** The same jobs under a type of the longest name, a batch among them, and a backlog of millions in its queues. */
async function crowded(open: number): Promise<Deployed> {
  const there = await longWinded();
  const { world, plane } = there;
  const attributes = ['', 'NotVisible', 'Delayed'].map((one) => `ApproximateNumberOfMessages${one}`);
  for (const queue of [`sluice-test-${LONG}`, `sluice-test-${LONG}-dlq`]) {
    world.sqs.createQueue(queue, { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
  }
  plane.eventSources.set(`sluice-test-${LONG}`, { state: 'Disabling', next: [] });
  plane.ages.set(`sluice-test-${LONG}`, [100 * 3600]);
  const deadlineAt = world.clock.now() + 3600_000;
  there.mail('batch', 'fine', { runAt: new Date(deadlineAt).toISOString() });
  await world.drain();
  const places = Array.from({ length: open }, (_, i) => i);
  const batch = {
    total: 1000,
    children: [{ type: LONG, n: 1000 }],
    open: new Set(places),
    mode: 'settled',
    deadlineAt,
  };
  for (const [from, key, change] of [
    ['batch', `flow-${'x'.repeat(60)}`, batch],
    [`welcome-${'x'.repeat(60)}-aaaaaaaaaaaa`, `flow-${'x'.repeat(60)}:0`, {}],
    [`welcome-${'x'.repeat(60)}-aaaaaaaaaaaa`, 'dead', { reason: 'AttemptsExhausted' }],
  ] as const) {
    world.dynamoDb.put('sluice-test-jobs', { ...world.job(from), ...change, id: `${LONG}#${key}`, type: LONG });
  }
  await there.scheduler.client.createSchedule({
    ...{ GroupName: 'sluice-test-schedules', Name: `${LONG}.nightly-${'x'.repeat(15)}`, State: 'DISABLED' },
    ...{
      ScheduleExpression: 'cron(0,30 7-21 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'America/Argentina/Buenos_Aires',
    },
    ...{ FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: 'a', RoleArn: 'arn:aws:iam::111111111111:role/r' } },
    Description: 'Sluice test; paused 2020-01-01T00:00:00.000Z',
  });
  const client = world.sqs.client as unknown as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  client.send = async (command) => {
    if (command.constructor.name !== 'GetQueueAttributesCommand') return send(command);
    return { Attributes: Object.fromEntries(attributes.map((name) => [name, '1234567'])) };
  };
  return there;
}

/** Each verb that draws a table, and what of its rows must not be cut at 80 columns. */
const TABLES: readonly (readonly [args: string, whole: RegExp])[] = [
  ['queues', /^synchr\S*… +1234567 +1234567 +1234567 +0 +2 +3703701 +4 d +pausing/m],
  ['dead', /^synchr\S*… +AttemptsExhausted +Upst.*… +1 +\d\d-\d\d \d\d:\d\d +\d\d-\d\d \d\d:\d\d$/m],
  ['dead --jobs', /^\d\d-\d\d \d\d:\d\d +sync\S*… +dead +1 +1 +AttemptsExhausted +Up.*…$/m],
  ['dlq show send-email', /^\d\d-\d\d \d\d:\d\d +wel\S*…a+ +019\S*…a+ +1 +PermanentError +.*… +\d+$/m],
  ['dlq show send-email --bodies', /^\d\d-\d\d \d\d:\d\d +we\S*…a+ +01\S*…a+ +1 +PermanentError +.*… +\d+ +.*…$/m],
  ['waiting', /^\d\d-\d\d \d\d:\d\d +sync\S*… +flow-x+…x+ +its children +0 of 5/m],
  ['find dead', /^synch\S*… +dead +0199\S*…\S*a+ +DEAD/m],
  ['schedule list', /^syn\S*… +ni\S*…\S*x+ +cron\(.*… +Am\S*… +paused +10,080/m],
  ['flows', /^sync\S*… +flow-x+…x+ +1,000 of 1,000 +0 +settled +waits +\d\d-\d\d \d\d:\d\d$/m],
  [`flow ${LONG} flow-${'x'.repeat(60)}`, /^ +0 +open +sync.*… +flow-x+…x+:0 +DEAD: Up.*…$/m],
];

describe('at 80 columns, with the longest names and large numbers,', () => {
  test.each(TABLES)('%s keeps numbers, times, states and reasons whole, and a pipe has all', async (args, whole) => {
    // A table of 1,000 places takes long to draw.
    const { ask, run } = await crowded(args.startsWith('flow ') ? 20 : 1000);
    const { stdout, code } = await ask(args, '', { env: PLAIN, columns: 80 });
    expect(code).toBe(0);
    // What stands above a table names whole what it is of.
    for (const line of linesOf(stdout.split('\n\n').at(-1) ?? '')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(whole);
    expect((await run(args)).stdout).not.toContain('…');
  });

  test('each verb that draws a table is tried', () => {
    const folder = join(import.meta.dirname, '../../../../bin/cli/verbs');
    const drawing = readdirSync(folder).filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes('print.table('),
    );
    const tried = new Set(TABLES.map(([args]) => args.replace(/^(dlq|schedule) (\w+).*/, '$1-$2').split(' ')[0]));
    expect(drawing.map((file) => file.replace('.ts', '')).filter((verb) => !tried.has(verb))).toEqual([]);
  });
});

describe('every verb', () => {
  test('takes --wide', async () => {
    const { run } = deployed();
    for (const verb of ['queues', 'job', 'send', 'dead', 'dlq show', 'dlq redrive', 'drain', 'doctor', 'pause']) {
      expect((await run(`${verb} --help`)).stdout).toContain('--wide');
    }
  });
});

describe('the widths of columns', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '-'), maxLength: 40 });
  const column = fc.record({ right: fc.boolean(), cut: fc.constantFrom('end' as const, 'middle' as const, undefined) });
  test('fit any terminal that has a place for each, and cut nothing without need', async () => {
    await fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 8 }).chain((columns) =>
          fc.record({
            columns: fc.constant(columns.map(({ right, cut }) => ({ ...(right && { right }), ...(cut && { cut }) }))),
            rows: fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length }), { minLength: 1 }),
            width: fc.integer({ min: columns.length * 4, max: 200 }),
          }),
        ),
        ({ columns, rows, width }) => {
          const cells = rows.map((row) => row.map((one) => ({ text: one, paint: (plain: string) => plain })));
          const { text: drawn, isCut } = drawTable(cells, { columns: columns as never, width });
          const lines = drawn.split('\n');
          expect(lines).toHaveLength(rows.length);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
          if (!isCut) for (const [i, row] of rows.entries()) for (const one of row) expect(lines[i]).toContain(one);
        },
      ),
    );
  });
});
