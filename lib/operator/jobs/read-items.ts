import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { toItem } from '../../aws/marshal.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { pause, type Stage } from '../aws.ts';
import { tableOf } from '../stage.ts';

/** BatchGetItem takes 100 keys (DynamoDB API reference). */
export const MAX_KEYS = 100;
const MAX_TRIES = 8;

/** DynamoDB left keys unprocessed each time: the table is throttled. */
export class ThrottledReadError extends Error {
  override readonly name = 'ThrottledReadError';
}

/** Reads some attributes of items by id, eventually consistent. Items that do not exist are left out. */
export async function readItems(
  stage: Stage,
  ids: readonly string[],
  attributes: readonly (keyof JobItem)[],
): Promise<JobItem[]> {
  const pages: JobItem[][] = [];
  // One page after the other, so that a report leaves capacity to the jobs' own reads and writes.
  for (const page of cutAsTheyCome(ids, ({ length }) => length < MAX_KEYS)) {
    pages.push(await readPage(stage, page, attributes));
  }
  return pages.flat();
}

async function readPage(stage: Stage, ids: readonly string[], attributes: readonly (keyof JobItem)[]) {
  const { dynamoDb, table } = tableOf(stage);
  const projection = {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
  const found: JobItem[] = [];
  let left = [...ids];
  for (let tries = 0; left.length > 0; tries++) {
    if (tries === MAX_TRIES)
      throw new ThrottledReadError('DynamoDB did not answer for all items: try again in a minute');
    if (tries > 0) await pause(stage, 50 * 2 ** tries);
    const Keys = left.map((id) => ({ id: { S: id } }));
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...projection } } });
    const { Responses, UnprocessedKeys } = await dynamoDb.send(command);
    found.push(...(Responses?.[table] ?? []).map((raw) => toItem<JobItem>(raw)));
    left = (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => key.id?.S ?? '');
  }
  return found;
}
