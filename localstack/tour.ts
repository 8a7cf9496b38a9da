import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { names } from '../lib/contract/names.ts';
import { checkedEmulatorKind } from './emulator.ts';
import { messagesOf } from './errors.ts';
import { deployedFunctions } from './log-tail.ts';
import { checkAll } from './tour/checks.ts';
import { TOUR_SOURCES, type TourJob, tourJobs } from './tour/jobs.ts';
import { makeProgress } from './tour/progress.ts';
import { isOver, refresh, type SentJob, sendJobs } from './tour/sent.ts';
import { finalTable } from './tour/table.ts';
import { followJobs, type Timeline } from './tour/timeline.ts';
import { bringUp, type LocalSluice } from './up.ts';

/** The parked retry waits 75 s, and up to a minute more for the dispatcher's tick. */
const LONGEST_MS = 200_000;
const STAGE = 'dev';

/** `npm start`: starts Sluice on this machine, sends jobs, and checks that each ends as expected. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { emulator: { type: 'string' } } });
  const startedAtMs = Date.now();
  const local = await bringUp({
    stage: STAGE,
    emulator: checkedEmulatorKind(values.emulator),
    sources: TOUR_SOURCES,
    log: say,
  });
  try {
    const took = Math.round((Date.now() - startedAtMs) / 1000);
    say(`✔ AWS on this machine   ${local.emulator.name}`);
    say(
      `✔ Deployed              ${[names.coreStack(STAGE), ...Object.keys(local.deployment.queues)].join(', ')}   ${took} s`,
    );
    process.exitCode = (await tour(local)) ? 0 : 1;
  } finally {
    await local.stop();
  }
}

async function tour(local: LocalSluice): Promise<boolean> {
  const timeline = followJobs(local.emulator, await deployedFunctions(local.emulator, STAGE));
  const host = local.emulator.hostSeenByFunctions;
  const urlOf = (source: string) => `http://${host}:${local.source.port}/${source}/records`;
  // A demo that was taken out of the checkout is not deployed; a job that waits for one of its jobs goes with it.
  const deployed = tourJobs(urlOf, Object.keys(local.deployment.queues));
  const jobs = deployed.filter(({ after }) => after === undefined || deployed.some(({ label }) => label === after));
  local.stripe.failNext({
    status: 429,
    times: 2,
    match: { 'metadata[jobId]': 'ord-1002' },
  });
  local.source.failNext({ status: 503, retryAfter: '75', match: { source: 'crm' } });
  const sent = await sendJobs(
    jobs.filter(({ after }) => after === undefined),
    local,
  );
  const total = jobs.reduce((sum, { times = 1 }) => sum + times, 0);
  say(`▶ Sending ${total} messages with the plain SQS client`);
  await follow(
    sent,
    jobs.filter(({ after }) => after !== undefined),
    local,
  );
  // CloudWatch Logs shows the functions' last lines some time after the table shows the end.
  await sleep(2000);
  const { endedAs, complaints } = await checkAll(sent, timeline, local);
  return report({ sent, timeline, endedAs, complaints, total });
}

/** Watches until every job has ended or time is up. Jobs that wait for another are sent once that one has completed. */
async function follow(sent: SentJob[], later: readonly TourJob[], local: LocalSluice): Promise<void> {
  const show = makeProgress(process.stdout);
  const waiting = new Set(later);
  const untilMs = Date.now() + LONGEST_MS;
  while (Date.now() < untilMs) {
    await refresh(sent, local);
    show(sent, Date.now());
    for (const job of waiting) {
      const first = sent.find(({ jobId }) => jobId === job.after);
      if (first?.item?.status !== 'COMPLETED') continue;
      waiting.delete(job);
      sent.push(...(await sendJobs([job], local)));
    }
    if (waiting.size === 0 && sent.every(isOver)) return;
    await sleep(500);
  }
}

interface Report {
  readonly sent: readonly SentJob[];
  readonly timeline: Timeline;
  readonly endedAs: ReadonlyMap<string, string>;
  readonly complaints: readonly string[];
  readonly total: number;
}

async function report({ sent, timeline, endedAs, complaints, total }: Report): Promise<boolean> {
  say(`\n${finalTable(sent, timeline, endedAs)}\n`);
  await timeline.stop();
  if (complaints.length === 0) {
    say(`All ${total} messages ended as they should.  Try: npm run local`);
    return true;
  }
  say(`Not as expected:\n${complaints.map((complaint) => `  ✘ ${complaint}`).join('\n')}`);
  return false;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`sluice: ${messagesOf(error).join('\n  ')}\n`);
  process.exitCode = 1;
}
