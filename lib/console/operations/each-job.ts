import { type ChangedAll, cancelAll, flagsOf, retryAll } from '../../operator/index.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan, typedOver } from './plan.ts';
import type { Chosen } from './redrive.ts';
import { examplesOf, forEachJob } from './words.ts';

/** Jobs a second (`PER_SECOND` of the operator). */
const PER_SECOND = 100;

/** Starts parked jobs now, or cancels jobs: exactly these runs. */
export function eachJobPlan(desk: Desk, kind: 'retry' | 'cancel', { jobs, asked, notes, cliLine }: Chosen): Plan {
  const { stage } = desk;
  const types = [...new Set(jobs.map((job) => job.type))];
  // A type that the catalogue lacks is found before anything is written.
  if (kind === 'cancel') for (const one of types) definitionOf(desk, one);
  const type = types.length === 1 ? types[0] : undefined;
  return {
    ...{ kind, type, asked, count: jobs.length, examples: examplesOf(jobs), notes, ratePerSecond: PER_SECOND },
    will:
      kind === 'retry'
        ? 'They are due now: the dispatcher sends them within a minute.'
        : 'Those that wait end at once. Those that run are told to end, and end CANCELLED unless they complete.',
    typeToConfirm: typedOver(jobs.length, type ?? stage.name),
    deadLettersOf: [],
    cliLine: cliLine ?? forEachJob(jobs, (job) => `npx sluice ${kind} ${job.type} ${job.key}${flagsOf(stage)}`),
    run: async ({ signal, progress, refuse }) => {
      const options = { signal, onProgress: progress };
      const changed =
        kind === 'retry'
          ? await retryAll(stage, jobs, options)
          : await cancelAll(stage, jobs, { ...options, definitionOf: (one) => definitionOf(desk, one) });
      for (const refused of changed.refused) refuse(refused);
      return outcomeOf(kind, changed);
    },
  };
}

function outcomeOf(kind: 'retry' | 'cancel', report: ChangedAll): Outcome {
  const { changed: done, unchanged, left, failure } = report;
  const refused = report.refused.length;
  const did = kind === 'retry' ? 'due now' : 'cancelled, or told to end';
  const why = kind === 'retry' ? 'had begun or ended meanwhile' : 'had ended meanwhile';
  const rest = unchanged === 0 ? '' : `${done === 0 ? ': all' : `; ${unchanged}`} ${why}`;
  const said = `${done === 0 ? '0 changed' : `${counted(done, 'job')} ${did}`}${rest}${refused > 0 ? `; ${refused} refused` : ''}`;
  const tone = refused > 0 ? 'bad' : done === 0 || unchanged > 0 ? 'warning' : 'good';
  return { done, unchanged, refused, said, tone, isPartial: left > 0, ...(failure !== undefined && { failure }) };
}
