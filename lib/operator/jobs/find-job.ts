import { isJobId, isJobKey } from '../../contract/names.ts';
import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { FeedOptions, Stage } from '../aws.ts';
import { onStage, typesOf } from '../stage.ts';
import { asTheyCome } from './as-they-come.ts';
import { keysById } from './job-logs.ts';
import { readItems } from './read-items.ts';

/** A job that was found. */
export interface FoundJob {
  readonly kind: 'job';
  readonly type: string;
  readonly key: string;
  readonly jobId: string;
  readonly status: string;
}

/** What was looked through, or could not be. */
export interface Looked {
  readonly kind: 'looked';
  /** In words: `keys of 4 job types`, `log of send-email`. */
  readonly where: string;
  /** Why it could not be looked through, or not to its end. The other parts were. */
  readonly error?: unknown;
}

export interface FindOptions extends FeedOptions {
  /** Job types to look through. @default all of the stage */
  readonly types?: readonly string[] | undefined;
  /** Log lines since then, epoch ms. @default all that is kept */
  readonly sinceMs?: number | undefined;
}

/** Log groups that are read at the same time: an account's calls of FilterLogEvents are few a second (CloudWatch Logs quotas). */
const LOGS_AT_ONCE = 4;

/**
 * Finds jobs by a key or an id, over all types: first those with this key, in one read; then, through the consumers' logs, those
 * with this id whose key is another. Each job comes once, as it is found, and each part that was looked through is told.
 * A signal ends it early, without an error.
 *
 * @throws NoSuchStageError where `types` is not given
 */
export async function* findJob(
  stage: Stage,
  text: string,
  { types, sinceMs, signal }: FindOptions = {},
): AsyncGenerator<FoundJob | Looked, void> {
  const asked = types ?? (await typesOf(stage));
  const found = new Set<string>();
  const isNew = ({ type, key }: FoundJob) => !found.has(itemId(type, key)) && found.add(itemId(type, key));
  const isOver = () => signal?.aborted === true;
  if (isOver()) return;
  if (isJobKey(text)) {
    const part = await byKeys(
      stage,
      asked.map((type) => itemId(type, text)),
    );
    yield* part.jobs.filter(isNew);
    yield told(`keys of ${asked.length === 1 ? '1 job type' : `${asked.length} job types`}`, part);
  }
  if (!isJobId(text)) return;
  const logs = asTheyCome(asked, {
    ...{ atOnce: LOGS_AT_ONCE, signal },
    work: async (type) => ({ type, part: await byId(stage, type, { jobId: text, sinceMs, signal }) }),
  });
  for await (const { type, part } of logs) {
    if (isOver()) return;
    yield* part.jobs.filter(isNew);
    yield told(`log of ${type}`, part);
  }
}

/** What a part gave: its jobs, or its error. */
interface Part {
  readonly jobs: readonly FoundJob[];
  readonly error?: unknown;
}

const told = (where: string, part: Part): Looked => ({
  ...{ kind: 'looked', where },
  ...('error' in part && { error: part.error }),
});

async function byKeys(stage: Stage, ids: readonly string[]): Promise<Part> {
  try {
    const items = await onStage(stage, undefined, () => readItems(stage, ids, ['id', 'type', 'jobId', 'status']));
    return { jobs: items.map(toFound) };
  } catch (error) {
    return { jobs: [], error };
  }
}

async function byId(stage: Stage, type: string, wanted: Parameters<typeof keysById>[2]): Promise<Part> {
  try {
    const keys = await keysById(stage, type, wanted);
    const part = await byKeys(
      stage,
      keys.map((key) => itemId(type, key)),
    );
    // A key that another job has taken since is not this id's.
    return { ...part, jobs: part.jobs.filter(({ jobId }) => jobId === wanted.jobId) };
  } catch (error) {
    return { jobs: [], error };
  }
}

const toFound = (item: JobItem): FoundJob => ({
  ...{ kind: 'job', type: item.type, key: keyOf(item), jobId: item.jobId, status: item.status },
});
