import { flagsOf, type RedriveJobsReport, redriveJobs } from '../../operator/index.ts';
import type { JobRun } from '../api.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan, type Reporter, typedOver } from './plan.ts';
import { examplesOf, forKeys } from './words.ts';

/** Dead letters a second (`DEFAULT_PER_SECOND` of the operator). */
const PER_SECOND = 250;

/** What was chosen, and how it is said. */
export interface Chosen {
  readonly jobs: readonly JobRun[];
  readonly asked: string;
  readonly notes: readonly string[];
  /** Undefined: a command for each job. */
  readonly cliLine?: string;
}

/** Sends back the dead letters of exactly these runs. */
export function redrivePlan(desk: Desk, { jobs, asked, notes, cliLine }: Chosen): Plan {
  const byType = groupedByType(jobs);
  const [type] = byType.keys();
  const flags = flagsOf(desk.stage);
  const one = byType.size === 1 ? type : undefined;
  return {
    ...{ kind: 'redrive', type: one, asked, count: jobs.length, examples: examplesOf(jobs), notes },
    will: 'They are sent back to their queue, and start again at attempt 1 with the same ids.',
    ratePerSecond: PER_SECOND,
    typeToConfirm: typedOver(jobs.length, one ?? desk.stage.name),
    deadLettersOf: [...byType.keys()],
    cliLine: cliLine ?? linesOf(byType, flags),
    run: async (reporter) => {
      const reports: RedriveJobsReport[] = [];
      let before = 0;
      for (const [of, some] of byType) {
        const onProgress = (sent: number) => reporter.progress(before + sent);
        const report = await redriveJobs(desk.stage, of, some, { signal: reporter.signal, onProgress });
        reports.push(report);
        before += report.sent;
        refuseRest(of, report, reporter);
        if (report.received.failure !== undefined || reporter.signal.aborted) break;
      }
      return outcomeOf(reports);
    },
  };
}

const linesOf = (byType: ReadonlyMap<string, readonly JobRun[]>, flags: string): string =>
  [...byType]
    .map(([type, some]) => forKeys(some, (keys) => `npx sluice dlq redrive ${type}${keys}${flags}`))
    .join('; ');

function groupedByType(jobs: readonly JobRun[]): Map<string, JobRun[]> {
  const byType = new Map<string, JobRun[]>();
  for (const job of jobs) {
    const some = byType.get(job.type);
    if (some === undefined) byType.set(job.type, [job]);
    else some.push(job);
  }
  return byType;
}

/** Why a chosen job was left as it was. */
export const WHY: Readonly<Record<RedriveJobsReport['unchanged'][number]['why'], string>> = {
  ended: 'it had ended meanwhile',
  diedAgain: 'it was redriven and died again meanwhile: its new run was not chosen',
  undelivered: 'its dead letter is not in the dead-letter queue yet',
  unseen: 'its dead letter was not found: it was purged, or somebody else holds it',
  notReached: 'it was not reached',
};

function refuseRest(type: string, { refused, left, unchanged }: RedriveJobsReport, { refuse }: Reporter): void {
  for (const { jobId, code, message } of refused) refuse({ type, jobId, why: `${code}: ${message}` });
  for (const { jobId } of left) {
    refuse({ type, jobId, why: 'it was sent, and could not be deleted: redriven again it runs nothing' });
  }
  for (const { key, why } of unchanged) if (why !== 'notReached') refuse({ type, key, why: WHY[why] });
}

export function outcomeOf(reports: readonly RedriveJobsReport[]): Outcome {
  const done = reports.reduce((sum, { sent }) => sum + sent, 0);
  const refused = reports.reduce((sum, report) => sum + report.refused.length + report.left.length, 0);
  const unchanged = reports.flatMap((report) => report.unchanged).filter(({ why }) => why !== 'notReached');
  const isPartial = reports.some(({ received }) => received.interrupted || received.atQuota === true);
  const why = new Set(unchanged.map((job) => job.why));
  const rest = unchanged.length === 0 ? '' : reasonOf(why, unchanged.length, done);
  const said = `${done === 0 ? '0 changed' : `${counted(done, 'job')} sent back`}${rest}${
    refused === 0 ? '' : `; ${refused} refused`
  }`;
  const tone = refused > 0 ? 'bad' : done === 0 || unchanged.length > 0 ? 'warning' : 'good';
  const failure = reports.find(({ received }) => received.failure !== undefined)?.received.failure;
  return {
    done,
    refused,
    unchanged: unchanged.length,
    said,
    tone,
    isPartial,
    ...(failure !== undefined && { failure }),
  };
}

function reasonOf(why: ReadonlySet<keyof typeof WHY>, count: number, done: number): string {
  const [only] = why;
  if (why.size > 1 || only === undefined) return `; ${count} were left as they are, each for its own reason`;
  if (only === 'ended' || only === 'diedAgain') return `${done === 0 ? ': all' : `; ${count}`} had ended meanwhile`;
  const where = only === 'unseen' ? 'found in the dead-letter queue' : 'in the dead-letter queue yet';
  return done === 0 ? `: none was ${where}` : `; ${count} were not ${where}`;
}
