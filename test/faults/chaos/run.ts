import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeRandom, seedOf } from '../../../lib/testing/simulation/random.ts';
import { messageOf } from '../../../localstack/errors.ts';
import { messagesLeft, observe, unfinished } from './far-side.ts';
import { type ChaosJob, drawJobs } from './plan.ts';
import { sendAll } from './send.ts';
import { bringUpStage, type Stage } from './stage.ts';
import { RULE_OFF_MS, storm } from './storm.ts';
import { chaosTable } from './table.ts';
import { harmless, violations } from './verdict.ts';

/** The whole command ends by then, whatever is left undone. */
const LONGEST_MS = 10 * 60_000;
/** For counting and taking down. */
const COUNTING_MS = 45_000;
/** The storm, and the sending in it: what the rule is off for, and some. */
const STORM_MS = RULE_OFF_MS + 30_000;
const LOOK_EVERY_MS = 5000;
/** Broken promises that are listed. */
const SHOWN = 50;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** `npm run chaos [-- --seed N --jobs N]`: faults on the deployed stacks. */
async function main(): Promise<void> {
  const startedAtMs = Date.now();
  const { values } = parseArgs({ options: { seed: { type: 'string' }, jobs: { type: 'string' } } });
  const seed = wholeNumber('seed', values.seed, Math.floor(Math.random() * 1_000_000));
  const count = wholeNumber('jobs', values.jobs, 2000);
  say(`chaos with seed ${seed}, ${count} jobs`);
  const stage = await bringUpStage({ sources: namesOf(count), log: (line) => say(`  ${line}`) });
  try {
    const jobs = drawJobs(count, makeRandom(seed), stage);
    const found = await run(stage, { jobs, seed, startedAtMs });
    process.exitCode = found.length === 0 ? 0 : 1;
    say(found.length === 0 ? '\nNo promise was broken.' : `\n${found.length} promises broken:`);
    for (const line of found.slice(0, SHOWN)) say(`  ✘ ${line}`);
    if (found.length > SHOWN) say(`  … and ${found.length - SHOWN} more`);
  } finally {
    await stage.stop();
  }
}

/** Each sync job reads a source of its own name, and names follow from the count alone. */
const namesOf = (count: number): string[] =>
  drawJobs(count, makeRandom(0), { sourceUrl: () => '' }).flatMap(({ id, type }) => (type === 'sync-data' ? [id] : []));

interface Run {
  readonly jobs: readonly ChaosJob[];
  readonly seed: number;
  readonly startedAtMs: number;
}

/** @returns the promises that were broken */
async function run(stage: Stage, { jobs, seed, startedAtMs }: Run): Promise<string[]> {
  const log = (line: string) => say(`  ${Math.round((Date.now() - startedAtMs) / 1000)} s  ${line}`);
  log('the storm begins');
  const [messages, injected] = await Promise.all([
    sendAll(jobs, stage, STORM_MS),
    storm(stage, { random: makeRandom(seedOf(seed, 'storm')), forMs: STORM_MS, log }),
  ]);
  log(`the storm is over: ${injected.workersKilled} processes killed; waiting for ${jobs.length} jobs to end`);
  await ended(stage, { jobs, untilMs: startedAtMs + LONGEST_MS - COUNTING_MS, log });
  const observed = await observe(stage);
  say(`\n${chaosTable({ seed, jobs, messages, injected, observed, tookMs: Date.now() - startedAtMs })}`);
  const { lostAnswers, refusals, stalled, duplicates } = observed;
  return [...violations(jobs, observed), ...harmless({ ...injected, lostAnswers, refusals, stalled, duplicates })];
}

interface Waiting {
  readonly jobs: readonly ChaosJob[];
  readonly untilMs: number;
  readonly log: (line: string) => void;
}

/** Waits until every job has ended and no message is left, or time is up. */
async function ended(stage: Stage, { jobs, untilMs, log }: Waiting): Promise<void> {
  for (let looks = 0; Date.now() < untilMs; looks++) {
    const { ended: over } = await unfinished(stage);
    const left = await messagesLeft(stage);
    if (over === jobs.length && left === 0) return;
    if (looks % 4 === 0) log(`${over} of ${jobs.length} jobs have ended, ${left} messages are left`);
    await sleep(LOOK_EVERY_MS);
  }
}

function wholeNumber(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number > 0) return number;
  throw new RangeError(`--${name} must be a whole number from 1, got ${JSON.stringify(value)}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`chaos: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
