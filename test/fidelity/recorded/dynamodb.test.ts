import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { WriteConditionError, WriteRefusedError } from '../../../lib/contract/errors.ts';
import type { ItemUpdate } from '../../../lib/contract/protocol/item-write.ts';
import { makeCallTime } from '../../../lib/engine/calls/call-time.ts';
import { makeReader } from '../../../lib/engine/calls/reads.ts';
import { makeWriter, WriteError } from '../../../lib/engine/calls/writes.ts';
import { systemClock } from '../../../lib/engine/clock.ts';
import { dispatch } from '../../../lib/engine/retries/dispatch.ts';
import { toStatement } from '../../../lib/engine/table/statements.ts';
import { jobItem, makeEngine, makeReleaseDeps, TABLE } from './engine.ts';
import { errorOf, okOf } from './recordings.ts';
import { errorReply, ok, refusal, startWire, type Wire } from './wire.ts';

const deps = ({ dynamoDb }: Wire) => ({
  dynamoDb,
  callTime: makeCallTime({ clock: systemClock, random: () => 0 }),
});
const update: ItemUpdate = {
  kind: 'update',
  id: 'probe#a',
  set: { status: 'COMPLETED' },
  remove: ['dueAt'],
  fence: { owner: 'me' },
  absent: ['cancelRequested'],
};
const insertion = toStatement(TABLE, { kind: 'insert', item: jobItem({ id: 'probe#b' }) });

describe('the writer', () => {
  it('reads a recorded BatchExecuteStatement: one response a statement, no item, no error', async () => {
    const wire = await startWire();
    const { Responses } = okOf<{ Responses: object[] }>('ddb-batch-execute-statement');
    wire.answer(ok({ Responses: Responses.map(() => ({ TableName: TABLE })) }));
    const writer = makeWriter(deps(wire));
    const written = await Promise.all([writer(insertion), writer(toStatement(TABLE, update))]);
    expect(written).toEqual([{ kind: 'written' }, { kind: 'written' }]);
    expect(wire.requests.map(({ target }) => target)).toEqual(['BatchExecuteStatement']);
  });

  it('never sends the empty parameter list that was refused', () => {
    expect(errorOf('ddb-statement-empty-parameters').message).toContain("'[]' at 'parameters'");
    const bare: ItemUpdate = { ...update, set: {}, remove: ['undelivered'], fence: {}, absent: [] };
    for (const { parameters } of [insertion, toStatement(TABLE, bare)]) expect(parameters.length).toBeGreaterThan(0);
  });

  it('sends an empty string, which was accepted, as it is', () => {
    expect(okOf('ddb-empty-string-attribute')).toEqual({});
    const { parameters } = toStatement(TABLE, { ...update, set: { error: { name: 'Error', message: '' } } });
    expect(parameters[0]).toEqual({ M: { name: { S: 'Error' }, message: { S: '' } } });
  });

  it('takes the old item in the recorded form (as a statement’s error: documented, not recorded)', async () => {
    const wire = await startWire();
    const { message: Message, Item } = errorOf('ddb-condition-failed-all-old');
    wire.answer(ok({ Responses: [{ Error: { Code: 'ConditionalCheckFailed', Message, Item }, TableName: TABLE }] }));
    const { engine } = makeEngine(wire);
    const settled = await engine.store.settle(update);
    expect(settled).toEqual({ kind: 'refused', item: { id: '456', price: 650, product: 'sporting goods' } });
    expect(wire.requests[0]?.input.Statements).toMatchObject([{ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }]);
  });

  it('gives up at once on a table that does not exist', async () => {
    const wire = await startWire();
    wire.answer(refusal('dynamodb', 'ddb-no-such-table'));
    const failed = makeWriter(deps(wire))(insertion);
    await expect(failed).rejects.toBeInstanceOf(WriteError);
    await expect(failed).rejects.toHaveProperty('cause.message', 'Requested resource not found');
    expect(wire.requests).toHaveLength(1);
  });
});

describe('a transaction', () => {
  const write = { Put: { TableName: 'side', Item: { id: 'x' } } };
  /** The recorded refusal; the list of reasons beside its message is documented, not recorded. */
  const cancelled = (...CancellationReasons: { Code: string; Item?: Record<string, AttributeValue> }[]) =>
    errorReply('dynamodb', { ...errorOf('ddb-transaction-cancelled'), ...{ CancellationReasons } });

  it('is repeated under its token after a lost reply, and the repeat succeeds', async () => {
    const wire = await startWire();
    wire.answer('hangUp', ok(okOf('ddb-client-request-token')));
    expect(await makeEngine(wire).engine.store.settle(update, { with: [write] })).toEqual({ kind: 'written' });
    const [first, second, ...more] = wire.requests.map(({ input }) => input);
    expect(first).toHaveProperty('ClientRequestToken', 'nonce-1');
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  });

  it('answers with the old item if the job’s own condition failed', async () => {
    const wire = await startWire();
    const Item = { id: { S: 'probe#a' }, owner: { S: 'thief' } };
    wire.answer(cancelled({ Code: 'ConditionalCheckFailed', Item }, { Code: 'None' }));
    expect(await makeEngine(wire).engine.store.settle(update, { with: [write] })).toEqual({
      kind: 'refused',
      item: { id: 'probe#a', owner: 'thief' },
    });
    expect(wire.requests).toHaveLength(1);
  });

  it('names the user’s writes whose conditions failed', async () => {
    const wire = await startWire();
    wire.answer(cancelled({ Code: 'None' }, { Code: 'None' }, { Code: 'ConditionalCheckFailed' }));
    const failed = makeEngine(wire).engine.store.settle(update, { with: [write, write] });
    await expect(failed).rejects.toBeInstanceOf(WriteConditionError);
    await expect(failed).rejects.toHaveProperty('indexes', [1]);
  });

  it('is refused for good where no more than the recorded message comes', async () => {
    const wire = await startWire();
    wire.answer(refusal('dynamodb', 'ddb-transaction-cancelled'));
    const failed = makeEngine(wire).engine.store.settle(update, { with: [write] });
    await expect(failed).rejects.toBeInstanceOf(WriteRefusedError);
    await expect(failed).rejects.toThrow('[ConditionalCheckFailed, None]');
    expect(wire.requests).toHaveLength(1);
  });

  it('to a table that does not exist is refused for good', async () => {
    const wire = await startWire();
    wire.answer(refusal('dynamodb', 'ddb-no-such-table'));
    const failed = makeEngine(wire).engine.store.settle(update, { with: [write] });
    await expect(failed).rejects.toBeInstanceOf(WriteRefusedError);
    expect(wire.requests).toHaveLength(1);
  });
});

describe('reads', () => {
  it('find nothing in a reply that has an empty list for the table', async () => {
    const wire = await startWire();
    wire.answer(ok({ Responses: { [TABLE]: [] }, UnprocessedKeys: {} }));
    expect(await makeReader(TABLE, deps(wire))('probe#a')).toBeUndefined();
    expect(wire.requests).toHaveLength(1);
  });

  it('of a list end where a reply has no LastEvaluatedKey', async () => {
    const wire = await startWire();
    wire.answer(ok({ Count: 0, Items: [], ScannedCount: 0 }));
    const tick = await dispatch(makeReleaseDeps(wire).deps, Date.now() + 60_000);
    expect(tick).toEqual({ released: 0, refused: 0, latenessMs: 0, finished: true });
    expect(wire.requests.map(({ target }) => target)).toEqual(Array(8).fill('Query'));
  });
});
