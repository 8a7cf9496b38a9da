import type {
  BatchExecuteStatementCommandInput,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type JobItem, LISTS_INDEX, TYPE_LISTS_INDEX } from '../../../lib/contract/protocol/job-item.ts';
import { itemBytes } from '../../../lib/testing/aws/dynamodb/item-size.ts';
import { JOBS_TABLE, type LoopbackAws } from '../../fidelity/runtime/loopback-aws.ts';

/** Units so far: written to the table and its indexes, and read by key. */
export interface Units {
  table: number;
  index: number;
  read: number;
  refused: number;
}

type Input = Partial<BatchExecuteStatementCommandInput & UpdateItemCommandInput & BatchGetItemCommandInput>;

/** Ids of the items that a call writes. An update names its item behind what it sets. */
function written({ Statements = [], UpdateExpression, Key }: Input): string[] {
  if (UpdateExpression !== undefined) return [Key?.id?.S ?? ''];
  return Statements.map(({ Parameters = [] }) => Parameters.findLast(({ S }) => S?.startsWith('bench#'))?.S ?? '');
}

/**
 * Units as DynamoDB counts them: a write 1 KB each of the larger of an item before and after, refused or not; a read by key 4 KB
 * each of the whole item, one for an item that is not there, and half of it if it need not be consistent.
 */
export function meterUnits({ dynamoDb }: LoopbackAws): Units {
  const units: Units = { table: 0, index: 0, read: 0, refused: 0 };
  const send = dynamoDb.client.send.bind(dynamoDb.client) as (command: unknown) => Promise<unknown>;
  const metered = async (command: { readonly input: Input }) => {
    const ids = written(command.input);
    const { Keys = [], ConsistentRead } = command.input.RequestItems?.[JOBS_TABLE] ?? {};
    for (const { id } of Keys) {
      units.read +=
        Math.ceil(Math.max(1, bytes(dynamoDb.item(JOBS_TABLE, id?.S ?? ''))) / 4096) / (ConsistentRead ? 1 : 2);
    }
    const before = ids.map((id) => dynamoDb.item(JOBS_TABLE, id));
    const answer = (await send(command)) as Partial<BatchExecuteStatementCommandOutput>;
    for (const [i, id] of ids.entries()) {
      const after = dynamoDb.item(JOBS_TABLE, id);
      units.table += Math.ceil(Math.max(1, bytes(before[i]), bytes(after)) / 1024);
      units.index += indexUnits(before[i], after);
      if (answer.Responses?.[i]?.Error !== undefined) units.refused += 1;
    }
    return answer;
  };
  Object.assign(dynamoDb.client, { send: metered });
  return units;
}

const bytes = (item: JobItem | undefined): number =>
  item === undefined ? 0 : itemBytes(marshall(item, { removeUndefinedValues: true }));

const INDEXES = [LISTS_INDEX, TYPE_LISTS_INDEX];

/** An entry of an index costs a unit to put and one to delete; keys only, so nothing else changes it. */
function indexUnits(before: JobItem | undefined, after: JobItem | undefined): number {
  if (before?.listKey === after?.listKey && before?.listAt === after?.listAt) return 0;
  return INDEXES.length * ((before?.listKey === undefined ? 0 : 1) + (after?.listKey === undefined ? 0 : 1));
}
