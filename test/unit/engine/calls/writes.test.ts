import type { BatchExecuteStatementCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { makeWriter, type WriterDeps } from '../../../../lib/engine/calls/writes.ts';
import { makeVirtualClock } from '../../../../lib/testing/index.ts';

/** A table that answers fewer statements than it was sent: so many of each call. */
function answering(...counts: number[]) {
  const clock = makeVirtualClock();
  const calls: string[][] = [];
  const send = async ({ input: { Statements = [] } }: BatchExecuteStatementCommand) => {
    calls.push(Statements.map(({ Statement = '' }) => Statement));
    return { Responses: Statements.slice(0, counts.shift() ?? Statements.length).map(() => ({})) };
  };
  const dynamoDb = { send } as { send: unknown } as WriterDeps['dynamoDb'];
  const write = makeWriter({ dynamoDb, callTime: makeCallTime({ clock, random: () => 0.5 }) });
  return { calls, clock, write: (text: string) => write({ text, parameters: [], item: text }) };
}

it('a statement that the answer leaves out is sent again, alone', async () => {
  const { calls, clock, write } = answering(1);
  const written = await clock.run(Promise.all(['a', 'b', 'c'].map(write)));
  expect(written).toEqual([{ kind: 'written' }, { kind: 'written' }, { kind: 'written' }]);
  expect(calls[0]).toEqual(['a', 'b', 'c']);
  expect(calls.slice(1).flat()).toEqual(['b', 'c']);
});

it('a statement that no answer mentions fails after its last try', async () => {
  const { clock, write } = answering(...Array<number>(20).fill(0));
  await expect(clock.run(write('a'))).rejects.toThrow('DynamoDB did not take the write');
});
