import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetQueueUrlCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JOB_TYPES } from '../../functions/index.ts';
import { names } from '../../lib/contract/names.ts';
import { bringUp, LOCAL_SENDER, type LocalSluice } from '../../localstack/up.ts';
import { allows } from '../fidelity/iam/evaluate.ts';
import { operatorRightsOf } from '../fidelity/iam/operator-actions.ts';
import { type Recorder, startRecorder } from '../fidelity/iam/recorder.ts';
import { type Environment, resolveAll } from '../fidelity/templates/intrinsics.ts';
import { policyStatements } from '../fidelity/templates/roles.ts';
import { synthesize } from '../fidelity/templates/synth.ts';
import { makeSluice, type Ran, type RunOptions, type Sluice } from '../support/cli.ts';
import { describeOn } from './support/emulators.ts';
import { eventually } from './support/world.ts';

const STAGE = 'cli';
const ENVIRONMENT: Environment = { account: '000000000000', region: 'us-east-1' };
const describeHere = describeOn('embedded', 'the command is tested on a MiniStack of its own, which suffices');

let local: LocalSluice;
let recorder: Recorder;
let command: Sluice & { home: string };
let sqs: SQSClient;

beforeAll(async () => {
  local = await bringUp({ stage: STAGE, emulator: 'embedded' });
  recorder = await startRecorder(local.emulator.endpoint);
  const { AWS_ENDPOINT_URL: _, ...env } = local.emulator.env;
  command = await makeSluice({ ...env, SLUICE_STAGE: STAGE });
  sqs = new SQSClient(local.emulator.clientConfig);
}, 300_000);

afterAll(async () => {
  sqs?.destroy();
  await recorder?.stop();
  await local?.stop();
  if (command !== undefined) await rm(command.home, { recursive: true, force: true });
});

/** Runs the command against the recorder, which knows it by its verb. */
const sluice = (args: readonly string[], { env, ...options }: RunOptions = {}): Promise<Ran> =>
  command(args, {
    ...options,
    env: { AWS_ENDPOINT_URL: recorder.url, AWS_SDK_UA_APP_ID: verbOf(args), ...env },
  });

const verbOf = (args: readonly string[]) => (args[0] === 'dlq' ? `dlq-${args[1]}` : String(args[0]));

async function json<T>(args: readonly string[], code = 0, options: RunOptions = {}): Promise<T> {
  const ran = await sluice([...args, '--json'], options);
  expect([args.join(' '), ran.code, ran.stderr]).toEqual([args.join(' '), code, expect.any(String)]);
  return ran.json<T>();
}

const payment = (paymentMethod: string) => JSON.stringify({ amount: 100, currency: 'usd', paymentMethod });
const GOOD = payment('pm_card_visa');
const DECLINED = payment('pm_card_chargeDeclined');

interface JobJson {
  readonly key: string;
  readonly item: { readonly jobId: string; readonly status: string; readonly runNo: number };
  readonly message: string;
  readonly logs?: readonly { readonly fields: { readonly message: string } }[];
}
const jobIs = (type: string, key: string, status: string, run = 1) =>
  eventually(async () => {
    const ran = await sluice(['job', type, key, '--json']);
    if (ran.code !== 0) return false;
    const { item } = ran.json<JobJson>();
    return item.status === status && item.runNo === run;
  }, `${key} to be ${status}, run ${run}`);

/** Sends dead letters to the dead-letter queue, as a consumer does. */
async function deadLetter(type: string, ids: readonly string[]): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `sluice-${STAGE}-${type}-dlq` }));
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  for (let i = 0; i < ids.length; i += 100) {
    const calls = Array.from({ length: 10 }, (_, n) => ids.slice(i + n * 10, i + n * 10 + 10)).filter(
      (c) => c.length > 0,
    );
    await Promise.all(
      calls.map((call) =>
        sqs.send(
          new SendMessageBatchCommand({
            QueueUrl,
            Entries: call.map((id, n) => ({
              Id: String(n),
              MessageBody: JSON.stringify({ id, payload: null }),
              MessageAttributes: { jobId: text(id), jobType: text(type), run: text('1'), reason: text('Crashed') },
            })),
          }),
        ),
      ),
    );
  }
}

interface QueuesJson {
  readonly queues: readonly {
    readonly type: string;
    readonly depth: number;
    readonly dlq: number;
    readonly state: string;
  }[];
}
async function stateOf(type: string) {
  const { queues } = await json<QueuesJson>(['queues', type]);
  const [state] = queues;
  if (state === undefined) throw new TypeError(`no ${type}`);
  return state;
}

describeHere('the command, as an operator uses it', () => {
  it('queues: every job type is listed as running', async () => {
    const { queues } = await json<QueuesJson>(['queues']);
    expect(queues.map(({ type, state }) => [type, state])).toEqual(
      [...JOB_TYPES].sort().map((type) => [type, 'running']),
    );
    const { stdout } = await sluice(['queues']);
    expect(stdout.split('\n')[0]).toBe('TYPE\tDEPTH\tIN FLIGHT\tDELAYED\tPARKED\tDEAD\tDLQ\tOLDEST\tSTATE');
  });

  it('queues --watch: prints again until Ctrl-C', async () => {
    const onStart: RunOptions['onStart'] = (child) => {
      let lines = 0;
      child.stdout?.on('data', (chunk: Buffer) => {
        lines += String(chunk).split('\n').length - 1;
        if (lines >= 2) child.kill('SIGINT');
      });
    };
    const ran = await sluice(['queues', '--watch', '--every', '1', '--json'], { onStart });
    expect(ran.code).toBe(130);
    expect(ran.stdout.trim().split('\n').length).toBeGreaterThanOrEqual(2);
  });

  it('send, job --logs: the job is found by its key, and by its id', async () => {
    const { jobId } = await json<{ jobId: string }>(['send', 'process-payment', GOOD, '--key', 'ord-1']);
    await jobIs('process-payment', 'ord-1', 'COMPLETED');
    let found: JobJson | undefined;
    await eventually(async () => {
      const ran = await sluice(['job', 'process-payment', jobId, '--logs', '--json']);
      found = ran.code === 0 ? ran.json<JobJson>() : undefined;
      if (found?.logs?.some(({ fields }) => fields.message === 'job.completed') === true) return true;
      // What reaches MiniStack after the function's answer is written with its next invocation.
      await sluice(['send', 'process-payment', GOOD]);
      return false;
    }, 'its log lines');
    expect(found).toMatchObject({ key: 'ord-1', item: { jobId }, message: 'none: the job is over' });
  });

  it('send: a payload of 2 MiB is refused before it is sent, with its size', async () => {
    const file = join(command.home, 'big.json');
    await writeFile(file, JSON.stringify({ to: 'ada@example.com', subject: 's', text: 'x'.repeat(2 ** 21) }));
    const { code, stderr } = await sluice(['send', 'send-email', `@${file}`]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/2,049 KB: 1,048,576 bytes fit|text: .*(big|long)/i)]);
    expect(stderr).not.toContain('xxx');
  });

  it('dead, dlq show, dlq redrive: a dry run sends nothing; with --yes the job runs again', async () => {
    await sluice(['send', 'process-payment', DECLINED, '--key', 'ord-2']);
    await jobIs('process-payment', 'ord-2', 'DEAD');
    const { groups } = await json<{ groups: unknown }>(['dead', 'process-payment']);
    expect(groups).toMatchObject([
      { reason: 'PermanentError', error: 'card_declined: Your card was declined.', jobs: 1 },
    ]);
    const shown = await sluice(['dlq', 'show', 'process-payment', '--json']);
    expect(shown.json()).toMatchObject({ deadLetters: [{ key: 'ord-2', run: 1, ours: true }] });
    expect(shown.stdout).not.toContain('pm_card');
    expect((await sluice(['dlq', 'show', 'process-payment', '--bodies'])).stdout).toContain('pm_card_chargeDeclined');
    const dry = await sluice(['dlq', 'redrive', 'process-payment', '--error', 'DECLINED']);
    expect(dry.stdout).toMatch(/^1 of 1 dead letters of process-payment match.* nothing was sent/);
    expect((await stateOf('process-payment')).dlq).toBe(1);
    expect(await json(['dlq', 'redrive', 'process-payment', '--error', 'DECLINED', '--yes'])).toMatchObject({
      sent: 1,
    });
    await jobIs('process-payment', 'ord-2', 'DEAD', 2);
    expect(await json(['dlq', 'purge', 'process-payment', '--yes', '--no-save'])).toMatchObject({ deleted: 1 });
  });

  it('dlq redrive --body: a corrected body completes the job, under the same id', async () => {
    const QueueUrl = local.deployment.queues['send-email']?.queueUrl;
    const message = { id: 'mail-1', payload: { to: 'nobody', subject: 'Hi', text: 'Hello' } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
    await jobIs('send-email', 'mail-1', 'DEAD');
    const corrected = JSON.stringify({ ...message, payload: { ...message.payload, to: 'ada@example.com' } });
    const args = ['dlq', 'redrive', 'send-email', '--key', 'mail-1', '--yes', '--body'];
    const other = await sluice([...args, corrected.replace('mail-1', 'mail-2')]);
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/names another job: its "id" must be "mail-1"/),
    ]);
    const wrong = await sluice([...args, JSON.stringify(message)]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/the corrected body is refused: payload/)]);
    expect((await sluice([...args, '{'])).stderr).toMatch(/the corrected body is refused: the body is not JSON/);
    expect(await json([...args, '-'], 0, { input: corrected })).toMatchObject({ sent: 1 });
    await jobIs('send-email', 'mail-1', 'COMPLETED', 2);
    expect((await stateOf('send-email')).dlq).toBe(0);
  });

  it('cancel and retry: the row is reported; other jobs stay as they are', async () => {
    await sluice(['send', 'process-payment', GOOD, '--key', 'ord-3', '--delay', '3600']);
    await jobIs('process-payment', 'ord-3', 'SCHEDULED');
    expect((await json<JobJson>(['job', 'process-payment', 'ord-3'])).message).toMatch(/^in the jobs table until/);
    expect(await json(['retry', 'process-payment', 'ord-3'])).toMatchObject({ row: 'dueNow' });
    expect(await json(['cancel', 'process-payment', 'ord-3'])).toMatchObject({
      row: 'cancelledWaiting',
      status: 'CANCELLED',
    });
    expect(await json(['cancel', 'process-payment', 'ord-3'], 1)).toMatchObject({ row: 'none' });
    expect(await json(['cancel', 'process-payment', 'never'])).toMatchObject({ row: 'refusedAhead' });
    expect(await json(['retry', 'process-payment', 'ord-1'], 1)).toMatchObject({ row: 'none', status: 'COMPLETED' });
    expect(await json(['retry', 'process-payment', 'nobody'], 3)).toMatchObject({ row: 'none' });
  });

  it('pause, send --lines, resume, drain: refused lines are saved; the queue drains after the resume', async () => {
    expect(await json(['pause', 'process-payment'])).toMatchObject({ state: 'paused', changed: true });
    expect(await json(['pause', 'process-payment'])).toMatchObject({ state: 'paused', changed: false });
    const input = [GOOD, 'no json', '{"amount":-1}', ...Array.from({ length: 57 }, () => GOOD)].join('\n');
    const refused = join(command.home, 'refused.ndjson');
    const args = ['send', 'process-payment', '-', '--lines', '--refused', refused];
    expect(await json(args, 1, { input })).toMatchObject({ sent: 58, refused: 2, file: refused });
    expect((await readFile(refused, 'utf8')).split('\n').slice(0, 2)).toEqual([
      '{"payload":no json}',
      '{"payload":{"amount":-1}}',
    ]);
    expect(await json(['drain', 'process-payment'], 1)).toMatchObject({ end: 'paused', last: { depth: 58 } });
    expect(await json(['resume', 'process-payment'])).toMatchObject({ state: 'running' });
    expect(await json(['drain', 'process-payment', '--timeout', '120'])).toMatchObject({ end: 'empty' });
  });

  it('dlq purge: a dry run deletes nothing; with --yes the dead letters are saved and deleted', async () => {
    await deadLetter('sync-data', ['p1', 'p2', 'p3']);
    const file = join(command.home, 'saved.ndjson');
    expect(await json(['dlq', 'purge', 'sync-data'])).toMatchObject({ dryRun: true, matching: 3 });
    expect(await json(['dlq', 'purge', 'sync-data', '--yes', '--save', file])).toMatchObject({ deleted: 3, file });
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(3);
    expect((await stateOf('sync-data')).dlq).toBe(0);
    await deadLetter('sync-data', ['p4']);
    expect((await sluice(['dlq', 'purge', 'sync-data', '--yes', '--save', file])).stderr).toMatch(/exists already/);
    expect(await json(['dlq', 'purge', 'sync-data', '--yes', '--no-save'])).toMatchObject({ deleted: 1 });
  });

  it('dlq redrive of 1,000, interrupted by Ctrl-C: a second run sends exactly the rest', async () => {
    await sluice(['pause', 'generate-report']);
    await deadLetter(
      'generate-report',
      Array.from({ length: 1000 }, (_, i) => `c${i}`),
    );
    const args = ['dlq', 'redrive', 'generate-report', '--yes', '--json'];
    const first = await sluice([...args, '--rate', '200'], {
      onStart(child) {
        const timer = setInterval(() => {
          if (calls('dlq-redrive', 'DeleteMessageBatch') < 20) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
      },
    });
    expect([first.code, first.json()]).toEqual([130, expect.objectContaining({ interrupted: true })]);
    const { sent } = first.json<{ sent: number }>();
    expect(sent).toBeGreaterThan(100);
    expect(sent).toBeLessThan(900);
    expect(await stateOf('generate-report')).toMatchObject({ depth: sent, dlq: 1000 - sent });
    expect(await json(args.slice(0, -1))).toMatchObject({ sent: 1000 - sent, interrupted: false });
    expect(await stateOf('generate-report')).toMatchObject({ depth: 1000, dlq: 0 });
  });

  it('dlq redrive of 3,000 sends each', { timeout: 150_000 }, async () => {
    await deadLetter(
      'generate-report',
      Array.from({ length: 3000 }, (_, i) => `m${i}`),
    );
    expect(await json(['dlq', 'redrive', 'generate-report', '--yes'])).toMatchObject({
      sent: 3000,
      refused: [],
      left: [],
    });
    expect(await stateOf('generate-report')).toMatchObject({ depth: 4000, dlq: 0 });
  });

  it('doctor: finds a paused type; synthetic jobs of the others are answered', async () => {
    const { findings } = await json<{ findings: { level: string; check: string; what: string }[] }>(
      ['doctor', '--job', '--scan', '--yes'],
      1,
    );
    const bad = findings.filter(({ level }) => level !== 'ok').map(({ check, what }) => `${check}: ${what}`);
    expect(bad.sort()).toEqual([
      expect.stringMatching(/^alarms: \d+, none is on; this is an emulator/),
      expect.stringMatching(/^event sources: generate-report is paused/),
      expect.stringMatching(/^synthetic job: generate-report did not answer/),
    ]);
    const answered = findings.filter(({ check, level }) => check === 'synthetic job' && level === 'ok');
    expect(answered).toHaveLength(JOB_TYPES.length - 1);
  });

  it('a stage or job type that does not exist: every verb names those that exist', async () => {
    const verbs = [['queues'], ['job', 'send-email', 'a'], ['dead'], ['doctor'], ['drain', 'send-email']];
    verbs.push(['dlq', 'show', 'send-email'], ['dlq', 'redrive', 'send-email'], ['dlq', 'purge', 'send-email']);
    verbs.push(['flows'], ['flow', 'send-email', 'a'], ['cancel', 'send-email', 'a', '--flow']);
    verbs.push(['retry', 'send-email', 'a'], ['cancel', 'send-email', 'a'], ['pause', 'send-email']);
    verbs.push(['send', 'send-email', '{"to":"a@example.com","subject":"s","text":"t"}']);
    for (const verb of verbs) {
      const { code, stderr } = await command([...verb, '--stage', 'prdo'], {
        env: { AWS_ENDPOINT_URL: local.emulator.endpoint },
      });
      expect([verb.join(' '), code, stderr]).toEqual([verb.join(' '), 3, expect.stringMatching(/stages there: cli/)]);
    }
    const { code, stderr } = await sluice(['queues', 'send-mail']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/has no job type "send-mail"; did you mean "send-email"/),
    ]);
  });
});

const calls = (verb: string, operation: string) =>
  recorder.calls.filter(({ appId, headers }) => appId === verb && headers['x-amz-target']?.endsWith(`.${operation}`))
    .length;

const READING = ['queues', 'job', 'flow', 'flows', 'dead', 'drain'];

/** No verb asks for them; test/fidelity/iam/operator-functions.test.ts holds them. */
const OF_THE_CONSOLE = ['logs:StartQuery', 'logs:GetQueryResults'];
/** `sluice schedule` makes its calls in test/integration/schedules.test.ts; test/fidelity/iam/schedules.test.ts holds each. */
const OF_SCHEDULES = ['iam:PassRole', 'scheduler:ListSchedules', 'scheduler:GetSchedule'].concat(
  ['Create', 'Update', 'Delete'].map((change) => `scheduler:${change}Schedule`),
);

describeHere('the policies for operators', () => {
  it('allow every call of the verbs, and no other action', async () => {
    const templates = resolveAll(
      await synthesize({ stage: STAGE, emailSender: LOCAL_SENDER, emulator: 'embedded' }),
      ENVIRONMENT,
    );
    const read = policyStatements(templates, names.operatorPolicy(STAGE, 'read', ENVIRONMENT.region));
    const redrive = policyStatements(templates, names.operatorPolicy(STAGE, 'redrive', ENVIRONMENT.region));
    // Lambda names an event source by an id; what it belongs to is asked.
    const context = { 'lambda:FunctionArn': `arn:aws:lambda:us-east-1:000000000000:function:sluice-${STAGE}-x` };
    const asked = recorder.calls.flatMap((call) =>
      operatorRightsOf(call, ENVIRONMENT).map((right) => ({
        ...right,
        context: { ...right.context, ...context },
        verb: call.appId,
      })),
    );
    expect(new Set(asked.map(({ verb }) => verb)).size).toBeGreaterThanOrEqual(13);
    // Whether the stage has a bucket for payloads: a refusal says no, as a bucket that is not there does.
    const needed = asked.filter(({ action }) => action !== 's3:ListBucket');
    const refused = needed.filter((one) => !allows(READING.includes(one.verb) ? read : [...read, ...redrive], one));
    expect([...new Set(refused.map(({ verb, action, resource }) => `${verb}: ${action} ${resource}`))]).toEqual([]);
    const unused = [...read, ...redrive]
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => !asked.some((one) => one.action === action))
      .filter((action) => ![...OF_THE_CONSOLE, ...OF_SCHEDULES].includes(action));
    expect(unused).toEqual([]);
    // None reaches another stage.
    const elsewhere = asked
      .filter(({ resource }) => resource !== '*')
      .map((one) => ({
        ...one,
        resource: one.resource.replaceAll(`sluice-${STAGE}-`, 'sluice-other-'),
        context: {
          ...one.context,
          'lambda:FunctionArn': 'arn:aws:lambda:us-east-1:000000000000:function:sluice-other-x',
        },
      }));
    expect(elsewhere.filter((one) => allows([...read, ...redrive], one))).toEqual([]);
  });
});
