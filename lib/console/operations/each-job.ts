import { cancel, flagsOf, type Operated, onStage, pause, retryNow, tableOf } from '../../operator/index.ts';
import type { JobRun } from '../api.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan, type Reporter, typedOver } from './plan.ts';
import type { Chosen } from './redrive.ts';
import { examplesOf, forEachJob } from './words.ts';

/** Side by side, and how many such rounds a second: each job takes three calls of DynamoDB. */
const SIDE_BY_SIDE = 10;
const ROUND_MS = 200;
const PER_SECOND = (SIDE_BY_SIDE * 1000) / ROUND_MS;

/** Starts parked jobs now, or cancels jobs. */
export function eachJobPlan(desk: Desk, kind: 'retry' | 'cancel', { jobs, asked, notes, cliLine }: Chosen): Plan {
  const flags = flagsOf(desk.stage);
  const types = [...new Set(jobs.map(({ type }) => type))];
  // A type that the catalogue lacks is found before anything is written.
  if (kind === 'cancel') for (const type of types) definitionOf(desk, type);
  const act = (job: JobRun): Promise<Operated> =>
    onStage(desk.stage, job.type, () =>
      kind === 'retry'
        ? retryNow(tableOf(desk.stage), job)
        : cancel(tableOf(desk.stage), definitionOf(desk, job.type), job.key),
    );
  const type = types.length === 1 ? types[0] : undefined;
  return {
    ...{ kind, type, asked, count: jobs.length, examples: examplesOf(jobs), notes, ratePerSecond: PER_SECOND },
    will:
      kind === 'retry'
        ? 'They are due now: the dispatcher sends them within a minute.'
        : 'Those that wait end at once. Those that run are told to end, and end CANCELLED unless they complete.',
    typeToConfirm: typedOver(jobs.length, type ?? desk.stage.name),
    deadLettersOf: [],
    cliLine: cliLine ?? forEachJob(jobs, (job) => `npx sluice ${kind} ${job.type} ${job.key}${flags}`),
    run: async (reporter) => outcomeOf(kind, await visit(desk, jobs, { act, reporter })),
  };
}

interface Visit {
  readonly act: (job: JobRun) => Promise<Operated>;
  readonly reporter: Reporter;
}

interface Visited {
  readonly done: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly isPartial: boolean;
}

async function visit({ stage, troubleOf }: Desk, jobs: readonly JobRun[], { act, reporter }: Visit): Promise<Visited> {
  let [done, unchanged, refused, at] = [0, 0, 0, 0];
  for (; at < jobs.length && !reporter.signal.aborted; at += SIDE_BY_SIDE) {
    const some = jobs.slice(at, at + SIDE_BY_SIDE);
    if (at > 0) await pause(stage, ROUND_MS, reporter.signal);
    const ends = await Promise.allSettled(some.map(act));
    for (const [i, end] of ends.entries()) {
      const { type = '', key = '' } = some[i] ?? {};
      if (end.status === 'rejected') {
        refused += 1;
        reporter.refuse({ type, key, why: troubleOf(end.reason).message });
      } else if (end.value.row === 'none') {
        unchanged += 1;
        reporter.refuse({ type, key, why: `it is ${end.value.item?.status ?? 'not there'}` });
      } else done += 1;
    }
    reporter.progress(done);
    // What is refused to all is not asked a thousand times.
    if (done + unchanged === 0 && refused >= SIDE_BY_SIDE) break;
  }
  return { done, unchanged, refused, isPartial: done + unchanged + refused < jobs.length };
}

function outcomeOf(kind: 'retry' | 'cancel', visited: Visited): Outcome {
  const { done, unchanged, refused } = visited;
  const did = kind === 'retry' ? 'due now' : 'cancelled, or told to end';
  const why = kind === 'retry' ? 'had begun or ended meanwhile' : 'had ended meanwhile';
  const rest = unchanged === 0 ? '' : `${done === 0 ? ': all' : `; ${unchanged}`} ${why}`;
  const said = `${done === 0 ? '0 changed' : `${counted(done, 'job')} ${did}`}${rest}${refused > 0 ? `; ${refused} refused` : ''}`;
  return { ...visited, said, tone: refused > 0 ? 'bad' : done === 0 || unchanged > 0 ? 'warning' : 'good' };
}
