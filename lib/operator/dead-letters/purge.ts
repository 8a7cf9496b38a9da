import { nowOf, type Stage } from '../aws.ts';
import { makeMatch } from './filter.ts';
import type { DeadLetter } from './receive.ts';
import { type ReceiveAllResult, receiveAll } from './receive-all.ts';
import { chosenAmong } from './runs.ts';
import { makeSaved } from './saved.ts';
import { remove } from './send-back.ts';
import { type DeadLetterSelection, dlqOf } from './show.ts';

/** What a purge did. */
export interface Purged {
  readonly deleted: number;
  /** Written to the file; without any there is no file. */
  readonly saved: number;
  /** Saved, but not deleted: they become visible again. */
  readonly left: number;
  readonly received: ReceiveAllResult;
}

export interface PurgeOptions extends DeadLetterSelection {
  /** New file to save to. Undefined: they are not saved. */
  readonly file: string | undefined;
  /**
   * Only what was sent until then, epoch ms; with `filter.jobs` their runs alone decide. A job's dead letter was sent when it
   * died. A message that SQS moved has no run, and keeps the time of its first sending: no time says when it was moved.
   * @default when the purge begins
   */
  readonly sentUntilMs?: number | undefined;
}

/**
 * Deletes dead letters, each only after it was written to disk. A line of the file is one JSON object: `messageId`,
 * `attributes`, `group`, `trace`, `sentAt`, `body`. The jobs stay DEAD in the table.
 *
 * With `filter.jobs` it deletes the dead letters of exactly these runs, and no message that SQS moved. Without a filter it deletes
 * all that was sent until `sentUntilMs`, messages that SQS moved among them.
 *
 * @throws NoSuchStageError, NoSuchTypeError; the file system's error if the file exists or cannot be written
 */
export async function purge(
  stage: Stage,
  type: string,
  { file, filter = {}, sentUntilMs = nowOf(stage), onProgress, ...selection }: PurgeOptions,
): Promise<Purged> {
  const dlq = await dlqOf(stage, type);
  const isMatch = makeMatch(type, filter);
  const isInTime = ({ sentAtMs }: DeadLetter) => filter.jobs !== undefined || sentAtMs <= sentUntilMs;
  const saved = await makeSaved(file);
  let [deleted, left] = [0, 0];
  try {
    const received = await receiveAll(dlq, {
      ...selection,
      wanted: (deadLetter) => isInTime(deadLetter) && isMatch(deadLetter),
      async act(deadLetters) {
        const [chosen, others] = await chosenAmong(deadLetters, { stage, type, jobs: filter.jobs });
        await saved.add(chosen);
        const kept = await remove(dlq, chosen);
        deleted += chosen.length - kept.length;
        left += kept.length;
        onProgress?.(deleted);
        return [...others, ...kept.map(({ deadLetter }) => deadLetter)];
      },
    });
    return { deleted, saved: saved.count(), left, received };
  } finally {
    await saved.close();
  }
}
