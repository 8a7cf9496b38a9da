import { createHash } from 'node:crypto';
import type { Stage } from '../aws.ts';
import { readJob } from '../job-table.ts';
import { tableOf } from '../stage.ts';
import { type KeyRun, makeIsChosen } from './dead-jobs.ts';
import { type Identity, identityOf, lacksRun } from './filter.ts';
import { type DeadLetter, runOf } from './receive.ts';

interface Named {
  readonly identity: Identity;
  readonly body: string;
}

/** The item of a job of this name and body. */
export async function isJobOf(stage: Stage, type: string, { identity: { jobId, key }, body }: Named) {
  const item = await readJob(tableOf(stage), { type, key });
  const hash = createHash('sha256').update(body).digest('base64');
  return item !== undefined && item.jobId === jobId && item.bodyHash === hash ? item : undefined;
}

/**
 * The run of a dead letter of ours whose body left no room for the attribute `run`. It is read from the item. Without it, the
 * message would be acknowledged as a duplicate, and lost.
 */
export async function missingRun(stage: Stage, type: string, deadLetter: DeadLetter): Promise<number | undefined> {
  if (!lacksRun(deadLetter)) return undefined;
  const item = await isJobOf(stage, type, { identity: identityOf(deadLetter, type), body: deadLetter.body });
  return item?.status === 'DEAD' ? item.runNo : undefined;
}

/** The run that died, by the dead letter or else by its job. */
export const runIn = async (stage: Stage, type: string, deadLetter: DeadLetter): Promise<number | undefined> =>
  runOf(deadLetter) ?? (await missingRun(stage, type, deadLetter));

interface Choice {
  readonly stage: Stage;
  readonly type: string;
  /** @default all were chosen */
  readonly jobs: readonly KeyRun[] | undefined;
}

/** Those that were chosen, and the others, once the runs are known that no dead letter says. */
export async function chosenAmong(
  deadLetters: readonly DeadLetter[],
  { stage, type, jobs }: Choice,
): Promise<[chosen: DeadLetter[], others: DeadLetter[]]> {
  if (jobs === undefined) return [[...deadLetters], []];
  const isChosen = makeIsChosen(jobs);
  const runs = await Promise.all(deadLetters.map((deadLetter) => runIn(stage, type, deadLetter)));
  const is = deadLetters.map((deadLetter, i) => {
    const run = runs[i];
    return run !== undefined && isChosen({ key: identityOf(deadLetter, type).key, run });
  });
  return [deadLetters.filter((_, i) => is[i]), deadLetters.filter((_, i) => !is[i])];
}
