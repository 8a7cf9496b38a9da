import type { JobItem } from '../../contract/protocol/job-item.ts';
import { flagsOf, type Stage } from '../aws.ts';
import { type JobName, readJob } from '../job-table.ts';
import { NoSuchJobError } from '../jobs/job.ts';
import { queuesOf, tableOf } from '../stage.ts';
import { type Callback, isCallback, nameOf } from './names.ts';

/** The job is no batch's callback: it waits for no children. */
export class NoCallbackError extends Error {
  override readonly name = 'NoCallbackError';
}

/**
 * Reads a flow by its callback's type and key.
 *
 * @throws NoSuchJobError, NoSuchTypeError, NoSuchStageError; NoCallbackError that names the flow that the job is in
 */
export async function readCallback(stage: Stage, name: JobName): Promise<Callback> {
  const item = await readJob(tableOf(stage), name, { payload: false });
  if (item !== undefined && isCallback(item)) return item;
  await queuesOf(stage, name.type);
  const { type, key } = name;
  if (item !== undefined) throw new NoCallbackError(`${type} ${key} is no callback of a batch${inFlow(stage, item)}`);
  throw new NoSuchJobError(
    `stage "${stage.name}" has no flow "${key}" with a callback of type ${type}. Its parent may not have completed yet, or its ` +
      `retention is over (npx sluice flows ${type}${flagsOf(stage)} lists those that wait).`,
  );
}

function inFlow(stage: Stage, { passedOn, flow }: JobItem): string {
  if (passedOn !== undefined) {
    const { type, key } = nameOf(passedOn);
    return `; its batch is npx sluice flow ${type} ${key}${flagsOf(stage)}`;
  }
  if (flow?.of === undefined) return ', and in none';
  return `; it is in npx sluice flow ${flow.of.type} ${flow.of.key}${flagsOf(stage)}`;
}
