import { beforeAll, describe, expect, it } from 'vitest';
import type { JobSchedule } from '../../../lib/contract/definition/schedule.ts';
import { names } from '../../../lib/contract/names.ts';
import {
  alarmStates,
  breaker,
  cancel,
  cancelAll,
  dead,
  deadLetterCounts,
  deadLetterOf,
  deadPages,
  doctor,
  findJob,
  insights,
  job,
  jobLogs,
  keepsData,
  listCounts,
  metricHistory,
  oldestAges,
  queueCounts,
  queues,
  redrive,
  redriveJobs,
  retryAll,
  retryNow,
  runningStates,
  runTimeSchedules,
  type Stage,
  scanJobs,
  scanPriceOf,
  schedules,
  setRunning,
  switchBreaker,
  tableOf,
  typeQueues,
  waiting,
} from '../../../lib/operator/index.ts';
import { defineProbe } from '../../support/probe.ts';
import { resolveAll } from '../templates/intrinsics.ts';
import { policyStatements } from '../templates/roles.ts';
import { SETTINGS, synthesize } from '../templates/synth.ts';
import type { Right } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';
import { ENVIRONMENT, rightsOf } from './operator-calls.ts';

let read: Statement[];
let redriving: Statement[];
beforeAll(async () => {
  const templates = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);
  const of = (kind: 'read' | 'redrive') =>
    policyStatements(templates, names.operatorPolicy('prod', kind, ENVIRONMENT.region));
  read = of('read');
  redriving = of('redrive');
}, 120_000);

const NIGHTLY: JobSchedule = { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: {} };
const BROKEN = defineProbe({ breaker: { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 } });
const JOB = { type: 'probe', key: 'dead' };
/** A schedule that was made at run time. */
const DAILY = { expression: 'cron(0 2 * * ? *)', payload: { do: 'complete' } } as const;
const made = async (stage: Stage) => {
  const all = runTimeSchedules(stage, stage.aws.sqs as never);
  await all.put(defineProbe(), 'daily', DAILY);
  return all;
};
const ofQueues = (feed: (stage: Stage, all: Awaited<ReturnType<typeof typeQueues>>) => Promise<unknown>) => {
  return async (stage: Stage) => feed(stage, await typeQueues(stage));
};

type Functions = Readonly<Record<string, (stage: Stage) => Promise<unknown>>>;

async function drained(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}

const LOOKS: Functions = {
  typeQueues,
  queueCounts: ofQueues(queueCounts),
  deadLetterCounts: ofQueues(deadLetterCounts),
  runningStates: ofQueues(runningStates),
  oldestAges: ofQueues(oldestAges),
  listCounts: (stage) => listCounts(stage, ['probe']),
  alarmStates,
  metricHistory: (stage) =>
    metricHistory(stage, { type: 'probe', sinceMs: Date.UTC(2025, 11, 31), periodSeconds: 300 }),
  schedules: (stage) => schedules(stage, { type: 'probe', retention: 14, schedule: [NIGHTLY] }),
  'schedule list': (stage) => runTimeSchedules(stage, stage.aws.sqs as never).list(),
  'schedule list of one that is there': (stage) =>
    runTimeSchedules(stage, stage.aws.sqs as never)
      .pause('probe', 'x')
      .catch(() => 0),
  keepsData,
  breaker: (stage) => breaker(stage, BROKEN),
  queues,
  dead: (stage) => dead(stage, 'probe'),
  deadPages: (stage) => drained(deadPages(stage, 'probe')),
  waiting: (stage) => waiting(stage, 'probe'),
  job: (stage) => job(stage, JOB),
  'job by its id': (stage) => job(stage, { type: 'probe', key: 'unknown' }).catch(() => undefined),
  jobLogs: (stage) => jobLogs(stage, JOB.type, { jobId: JOB.key }),
  findJob: (stage) => drained(findJob(stage, 'unknown')),
  insights: (stage) => insights(stage, 'fields @message', { types: ['probe'], sinceMs: Date.UTC(2025, 11, 31) }),
  scanPriceOf,
  scanJobs: (stage) => drained(scanJobs(stage, { type: 'probe' })),
  doctor: (stage) => doctor(stage, { definitions: [], scan: true }),
};
const CHANGES: Functions = {
  deadLetterOf: (stage) => deadLetterOf(stage, 'probe', { key: 'dead', run: 1 }),
  redrive: (stage) => redrive(stage, 'probe'),
  redriveJobs: (stage) => redriveJobs(stage, 'probe', [{ key: 'dead', run: 1 }]),
  retryNow: (stage) => retryNow(tableOf(stage), { type: 'probe', key: 'parked' }),
  retryAll: (stage) => retryAll(stage, { type: 'probe' }),
  cancelAll: (stage) => cancelAll(stage, { type: 'probe' }, { definitionOf: () => defineProbe() }),
  'cancel of a job that waits': (stage) => cancel(tableOf(stage), defineProbe(), 'parked'),
  'cancel of a job that never came': (stage) => cancel(tableOf(stage), defineProbe(), 'unknown'),
  'schedule put': made,
  'schedule pause': async (stage) => (await made(stage)).pause('probe', 'daily'),
  'schedule delete': async (stage) => (await made(stage)).delete('probe', 'daily'),
  'schedule run-now': async (stage) => (await made(stage)).runNow('probe', 'daily'),
  'breaker open': (stage) => switchBreaker(stage, BROKEN, 'open'),
  setRunning: (stage) => setRunning(stage, 'probe', { running: false, wait: false }),
};

/** Lambda asks whose event source it is. */
const contextOf = (stage: string) => ({
  'lambda:FunctionArn': `arn:aws:lambda:${ENVIRONMENT.region}:${ENVIRONMENT.account}:function:sluice-${stage}-x`,
});

const refused = (policies: readonly Statement[], rights: readonly Right[], stage = 'prod') =>
  rights.filter((right) => !allows(policies, { ...right, context: { ...right.context, ...contextOf(stage) } }));

/** The same, asked on a stage of another name. */
const elsewhere = (rights: readonly Right[]) =>
  rights
    .filter(({ resource }) => resource !== '*')
    .map((right) => ({ ...right, resource: right.resource.replaceAll('-prod-', '-other-') }));

const actionsOf = async (run: Functions[string]) => [...new Set((await rightsOf(run)).map(({ action }) => action))];
const granted = (policy: readonly Statement[]) => policy.flatMap(({ Action }) => [Action].flat());

async function unusedOf(policy: readonly Statement[], functions: Functions): Promise<string[]> {
  const used = (await Promise.all(Object.values(functions).map(actionsOf))).flat();
  return granted(policy).filter((action) => !used.includes(action));
}

describe('the policy for looking', () => {
  it.each(Object.entries(LOOKS))('lets %s make each of its calls, on this stage alone', async (_, run) => {
    const rights = await rightsOf(run);
    expect(rights.length).toBeGreaterThan(0);
    expect(refused(read, rights)).toEqual([]);
    expect(refused(read, elsewhere(rights), 'other')).toEqual(elsewhere(rights));
  });

  it('grants no action that none of them uses', async () => {
    expect(await unusedOf(read, LOOKS)).toEqual([]);
  });

  it('is used in small parts by the feeds', async () => {
    expect(await actionsOf(ofQueues(queueCounts))).toEqual(['sqs:ListQueues', 'sqs:GetQueueAttributes']);
    expect(await actionsOf(ofQueues(runningStates))).toEqual(['sqs:ListQueues', 'lambda:ListEventSourceMappings']);
    expect(await actionsOf((stage) => listCounts(stage, ['probe']))).toEqual(['dynamodb:Query']);
  });
});

describe('the policy for changing, beside that for looking', () => {
  it.each(Object.entries(CHANGES))('lets %s make each of its calls, on this stage alone', async (_, run) => {
    const rights = await rightsOf(run);
    expect(refused([...read, ...redriving], rights)).toEqual([]);
    expect(refused(read, rights).length).toBeGreaterThan(0);
    expect(refused([...read, ...redriving], elsewhere(rights), 'other')).toEqual(elsewhere(rights));
  });

  it('grants no action that none of them uses', async () => {
    expect(await unusedOf(redriving, CHANGES)).toEqual([]);
  });
});
