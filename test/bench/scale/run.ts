import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_RETRY_POLICY } from '../../../lib/contract/definition/retry-policy.ts';
import { MAX_IN_FLIGHT } from '../../../lib/testing/aws/sqs/queue.ts';
import {
  atLeast,
  atMost,
  type Check,
  exactly,
  leastWithoutJitter,
  mostAfter,
  mostOfWave,
  mostStarts,
  mostStartsWhileOpen,
  mostUntilAllEnded,
  shown,
} from './criteria.ts';
import { type Drill, drillOutage } from './drill.ts';
import { type EngineOutage, engineOutage } from './engine.ts';
import { modelOutage } from './model.ts';
import type { Outage, OutageOptions } from './outage.ts';
import { burst, DRILL_BREAKER, drill, PATIENT, peakOutage, withoutJitter } from './scenarios.ts';

/** What the dispatcher releases a second in one invocation (npm run bench, dispatcher), and the time that a tick has. */
const DISPATCHER = { perSecond: 8362, seconds: 45 };
/** SQS's limit of an event source's maximum concurrency. */
const MOST_CONCURRENCY = 1000;

const SCENARIOS = { burst: bursts, quota: beyondTheQuota, breaker, million };

// Nobody reads a stack here, and an error in two attempts of three would write one.
Error.stackTraceLimit = 0;
const { values } = parseArgs({
  options: { only: { type: 'string' }, jobs: { type: 'string', default: '1000000' }, against: { type: 'string' } },
});
const chosen = Object.entries(SCENARIOS).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only takes ${Object.keys(SCENARIOS).join(', ')}; got ${values.only}`);
const jobsInAll = Number(values.jobs);
if (!Number.isInteger(jobsInAll) || jobsInAll < 1)
  throw new Error(`--jobs takes a whole number from 1; got ${values.jobs}`);
for (const [, run] of chosen) await run();

async function bursts(): Promise<void> {
  const size = { jobs: 50_000, seconds: 1 };
  title(
    '50,000 jobs sent within 1 s, their third party out for 200 s; the real engine, up to 1,000 invocations of 120 ms',
  );
  const wide = { maxConcurrency: MOST_CONCURRENCY, outageSeconds: 200 };
  const [spread, spike] = [
    burst(DEFAULT_RETRY_POLICY, size, wide),
    burst(withoutJitter(DEFAULT_RETRY_POLICY), size, wide),
  ];
  const [jittered, plain] = [
    await timed('jitter 0.2', spread, engineOutage),
    await timed('jitter 0', spike, engineOutage),
  ];
  showWaves(jittered, plain);
  const last = jittered.waves.length;
  const expected = leastWithoutJitter(spike, size.seconds) / mostOfWave(last, spread, size.seconds);
  const ratio = (figure: 'peakDue' | 'peakStarts') =>
    (plain.waves[last - 1]?.[figure] ?? 0) / (jittered.waves[last - 1]?.[figure] ?? 0);
  showChecks([
    ...jittered.waves.flatMap(({ peakDue, peakStarts }, i) => {
      const most = mostOfWave(i + 1, spread, size.seconds);
      return [atMost(`retries ${i + 1} due/s`, most, peakDue), atMost(`retries ${i + 1} started/s`, most, peakStarts)];
    }),
    atLeast(`retries ${last} due/s, jitter 0 over jitter 0.2`, expected, ratio('peakDue')),
    atLeast(`retries ${last} started/s, jitter 0 over jitter 0.2`, expected, ratio('peakStarts')),
    ...common(spread, jittered),
    ...common(spike, plain),
  ]);
  title('The same with 50 invocations, the default: back-pressure');
  const narrow = burst(DEFAULT_RETRY_POLICY, size, { ...wide, maxConcurrency: 50 });
  const held = await timed('jitter 0.2', narrow, engineOutage);
  showOutages([['engine', held]]);
  showChecks([
    atMost('starts/s', mostStarts(narrow, Number.POSITIVE_INFINITY), held.peakStarts),
    ...common(narrow, held),
  ]);
}

/** More jobs than may be in flight wait in place: the rest must wait in the queue, and nothing may be lost. */
async function beyondTheQuota(): Promise<void> {
  title('150,000 jobs sent within 1 s, out for 5 s: more wait in place than SQS lets be in flight');
  const size = { jobs: 150_000, seconds: 1 };
  const options = burst(DEFAULT_RETRY_POLICY, size, { maxConcurrency: MOST_CONCURRENCY, outageSeconds: 5 });
  const outage = await timed('default policy', options, engineOutage);
  showOutages([['engine', outage]]);
  showChecks([
    exactly('in flight: the quota is met, and no more', MAX_IN_FLIGHT, outage.peakInFlight),
    ...nothingLost(options, outage),
  ]);
}

async function million(): Promise<void> {
  const size = { jobs: jobsInAll, seconds: 7200 };
  const outageSeconds = 600;
  title(`${shown(size.jobs)} jobs over 2 h, their third party out for 10 min at the peak; room for 4,166 starts/s`);
  const options = peakOutage(PATIENT, size, outageSeconds);
  const outage = await timed('8 attempts', options, engineOutage);
  const model = (policy = DEFAULT_RETRY_POLICY) => modelOutage(peakOutage(policy, size, outageSeconds));
  showOutages([
    ['engine: 8 attempts', outage],
    ['model: 8 attempts', model(PATIENT)],
    ['model: 8 attempts, jitter 0', model(withoutJitter(PATIENT))],
    ['model: the default, 5 attempts', model()],
  ]);
  const arrivalsPerSecond = (2 * size.jobs) / size.seconds;
  showChecks([
    atMost('retries due/s after the outage', mostAfter(options, arrivalsPerSecond), outage.peakRetriesDue),
    atMost('starts/s', mostStarts(options, arrivalsPerSecond), outage.peakStarts),
    ...common(options, outage),
  ]);
}

/** An outage that the default policy does not outlast, of a type with a circuit breaker and of one without. */
async function breaker(): Promise<void> {
  const size = { jobs: 100_000, outageSeconds: 2.75 * 3600 };
  title(
    `${shown(size.jobs)} jobs of 200 ms, a fifth within 20 s, the others until their third party is back, which is out for 2 h ` +
      '45 min; the default policy, up to 50 invocations',
  );
  const options = drill({ ...size, breaker: DRILL_BREAKER });
  const ours = await timed('with a breaker', options, drillOutage);
  const rows: [string, Outage][] = [
    ['with a breaker', ours],
    ['without', await timed('without', drill(size), engineOutage)],
  ];
  const { against } = values;
  if (against !== undefined) rows.push([against, await timed(against, drill(size), await engineOf(against))]);
  showDrill(rows, options);
  showChecks(drillChecks(ours, options));
}

/** Another checkout's engine in its own harness. */
async function engineOf(folder: string): Promise<typeof engineOutage> {
  const file = join(resolve(folder), 'test/bench/scale/engine.ts');
  return ((await import(pathToFileURL(file).href)) as { engineOutage: typeof engineOutage }).engineOutage;
}

function drillChecks(drilled: Drill, options: OutageOptions): Check[] {
  const { starts, openings, dead, lastEndSecond } = drilled;
  const { untilSecond } = options.outage;
  const { probeSeconds } = DRILL_BREAKER;
  return [
    exactly('dead', 0, dead),
    atLeast('openings', 1, openings.length),
    atMost(
      `starts within ${probeSeconds} s, from 2 s after it opened`,
      1,
      mostStartsWhileOpen(starts, openings, probeSeconds),
    ),
    atMost('s from its return until all had ended', mostUntilAllEnded(options), lastEndSecond - untilSecond),
    ...nothingLost(options, drilled),
  ];
}

function showDrill(rows: readonly [string, Outage][], { outage: { untilSecond } }: OutageOptions): void {
  console.log('\n| | completed | dead | failed attempts | starts/s | parked | all ended, from its return on |');
  console.log('|---|---|---|---|---|---|---|');
  for (const [name, { lastEndSecond = Number.NaN, ...counts }] of rows) {
    const cells = (['completed', 'dead', 'failed', 'peakStarts', 'peakParked'] as const).map((one) =>
      shown(counts[one]),
    );
    console.log(`| ${[name, ...cells, `${shown((lastEndSecond - untilSecond) / 60, 1)} min`].join(' | ')} |`);
  }
}

function common(options: OutageOptions, outage: EngineOutage): Check[] {
  return [
    atMost('in flight', MAX_IN_FLIGHT - 1, outage.peakInFlight),
    atMost('released by one tick', DISPATCHER.perSecond * DISPATCHER.seconds, outage.peakReleased),
    atMost('ms that a release was late', 0, outage.latenessMs),
    ...nothingLost(options, outage),
  ];
}

function nothingLost(options: OutageOptions, outage: EngineOutage): Check[] {
  const { left, dead } = outage;
  return [
    exactly('jobs that ended, once each', options.jobs, outage.completed + dead),
    exactly('dead letters', dead, left.deadLetters),
    exactly('messages left in the queue', 0, left.queue),
  ];
}

async function timed<Seen extends EngineOutage>(
  name: string,
  options: OutageOptions,
  run: (options: OutageOptions) => Promise<Seen>,
): Promise<Seen> {
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  const outage = await run(options);
  const { user, system } = process.cpuUsage(startCpu);
  const attempts = outage.completed + outage.failed;
  const [wallS, cpuS] = [(performance.now() - startMs) / 1000, (user + system) / 1e6];
  const rssMb = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${name}: ${shown(attempts)} attempts in ${shown(wallS, 0)} s (CPU ${shown(cpuS, 0)} s, ${shown((cpuS * 1e6) / attempts, 0)} µs an attempt), memory at most ${shown(rssMb, 0)} MB`,
  );
  return outage;
}

function title(text: string): void {
  console.log(`\n${text}\n`);
}

function showOutages(rows: readonly [string, Outage | EngineOutage][]): void {
  const columns = ['completed', 'dead', 'failed', 'peakArrivals', 'peakRetriesDue', 'peakStarts'] as const;
  const peaks = ['peakInFlight', 'peakParked'] as const;
  console.log(
    '\n| | completed | dead | failed attempts | new jobs/s | retries due/s after the outage | starts/s | in flight | parked | released a tick | drained after |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|');
  for (const [name, outage] of rows) {
    const cells = [...columns, ...peaks].map((column) => shown(outage[column]));
    const released = 'peakReleased' in outage ? shown(outage.peakReleased) : '—';
    console.log(`| ${[name, ...cells, released, `${shown(outage.drainSeconds / 60, 1)} min`].join(' | ')} |`);
  }
}

function showWaves(jittered: Outage, plain: Outage): void {
  console.log(
    '\n| retry | retries | due/s, jitter 0 | jitter 0.2 | ratio | started/s, jitter 0 | jitter 0.2 | ratio |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  jittered.waves.forEach(({ retries, ...ours }, i) => {
    const theirs = plain.waves[i] ?? { peakDue: Number.NaN, peakStarts: Number.NaN };
    const pair = (figure: 'peakDue' | 'peakStarts') => [
      ...[shown(theirs[figure]), shown(ours[figure])],
      shown(theirs[figure] / ours[figure], 1),
    ];
    console.log(`| ${[i + 1, shown(retries), ...pair('peakDue'), ...pair('peakStarts')].join(' | ')} |`);
  });
}

function showChecks(checks: readonly Check[]): void {
  console.log('\n| stated before | | measured | |\n|---|---|---|---|');
  for (const { what, promised, measured, met } of checks) {
    console.log(`| ${what} | ${promised} | ${shown(measured)} | ${met ? 'met' : 'missed'} |`);
    if (!met) process.exitCode = 1;
  }
}
