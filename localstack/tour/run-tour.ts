import { setTimeout as sleep } from 'node:timers/promises';
import { deployedFunctions } from '../log-tail.ts';
import type { LocalSluice } from '../up.ts';
import { checkAll, type Findings, LATEST_MS } from './checks.ts';
import { PARKED_SECONDS, type TourJob, tourJobs } from './jobs.ts';
import { isOver, refresh, type SentJob, sendJobs } from './sent.ts';
import { finalTable } from './table.ts';
import { followJobs, type Timeline } from './timeline.ts';

/** Settings of {@link runTour}. */
export interface TourOptions {
  /** How long the jobs have until each has ended, in milliseconds. @default 200,000: the dispatcher's tick comes once a minute */
  readonly longestMs?: number;
  /** How late a retry may start, in milliseconds. @default 4,000 */
  readonly latestMs?: number;
  /** Gets a line before the messages are sent. */
  readonly say?: (line: string) => void;
  /** Shows the jobs as they are now. */
  readonly show?: (sent: readonly SentJob[], nowMs: number) => void;
}

/** How the tour went. */
export interface Tour extends Findings {
  readonly sent: readonly SentJob[];
  /** Messages that were sent. */
  readonly total: number;
  /** The final states, as a table. */
  readonly table: string;
}

/** Sends jobs of all types with the faults that they are to meet, waits for their ends, and checks each. */
export async function runTour(local: LocalSluice, options: TourOptions = {}): Promise<Tour> {
  const { say = () => undefined, latestMs = LATEST_MS } = options;
  const timeline = followJobs(local.emulator, await deployedFunctions(local.emulator, local.deployment.stage));
  const host = local.emulator.hostSeenByFunctions;
  const urlOf = (source: string) => `http://${host}:${local.source.port}/${source}/records`;
  // A demo that was taken out of the checkout is not deployed; a job that waits for one of its jobs goes with it.
  const deployed = tourJobs(urlOf, Object.keys(local.deployment.queues));
  const jobs = deployed.filter(({ after }) => after === undefined || deployed.some(({ label }) => label === after));
  local.stripe.failNext({ status: 429, times: 2, match: { 'metadata[jobKey]': 'ord-1002' } });
  local.source.failNext({ status: 503, retryAfter: String(PARKED_SECONDS), match: { source: 'crm' } });
  const total = jobs.reduce((sum, { times = 1 }) => sum + times, 0);
  say(`▶ Sending ${total} messages with the plain SQS client`);
  const sent = await sendJobs(
    jobs.filter(({ after }) => after === undefined),
    local,
  );
  await follow(
    sent,
    jobs.filter(({ after }) => after !== undefined),
    { local, options },
  );
  await lastLines(sent, timeline);
  const findings = await checkAll({ sent, timeline, latestMs }, local);
  const table = finalTable(sent, timeline, findings.endedAs);
  await timeline.stop();
  return { ...findings, sent, total, table };
}

interface Run {
  readonly local: LocalSluice;
  readonly options: TourOptions;
}

/** Watches until every job has ended or time is up. Jobs that wait for another are sent once that one has completed. */
async function follow(sent: SentJob[], later: readonly TourJob[], { local, options }: Run): Promise<void> {
  const { longestMs = 200_000, show } = options;
  const waiting = new Set(later);
  const untilMs = Date.now() + longestMs;
  while (Date.now() < untilMs) {
    await refresh(sent, local);
    show?.(sent, Date.now());
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

/** CloudWatch Logs shows the functions' last lines some time after the table shows the end: they are waited for, up to 10 s. */
async function lastLines(sent: readonly SentJob[], timeline: Timeline): Promise<void> {
  const isSeen = ({ job, jobId }: SentJob) =>
    timeline.delays(job.type, jobId).length >= (job.delaysMs?.length ?? 0) &&
    (job.times !== 2 || timeline.count(job.type, jobId, 'job.duplicate') > 0);
  for (let left = 40; left > 0 && !sent.every(isSeen); left--) await sleep(250);
}
