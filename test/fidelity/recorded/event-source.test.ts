import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../../lib/engine/job/batch.ts';
import { decode } from '../../../lib/engine/message/decode.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { deliver, makeMemorySqs, makeVirtualClock } from '../../../lib/testing/index.ts';
import { outgoing } from '../../support/factories.ts';
import { defineProbe } from '../../support/probe.ts';
import { makeEngine } from './engine.ts';
import { okOf, pair, pairs } from './recordings.ts';
import { ok, refusal, startWire, type WireReply } from './wire.ts';

const [recorded] = okOf<{ Records: SQSRecord[] }>('esm-event-record').Records;
const attribute = { ...recorded?.messageAttributes.Title };

/** The recorded record with a job in it. */
function record(change: object = {}): SQSRecord {
  const times = { SentTimestamp: '1767225600000', ApproximateFirstReceiveTimestamp: '1767225600001' };
  const body = JSON.stringify({ id: 'a', payload: { do: 'complete' } });
  return {
    ...(recorded as SQSRecord),
    body,
    attributes: { ...(recorded as SQSRecord).attributes, ...times },
    ...change,
  };
}

const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
const written = ({ Statements }: { Statements: unknown[] }): WireReply =>
  ok({ Responses: Statements.map(() => ({ TableName: 't' })) });

describe('a record', () => {
  it('of the recorded form is decoded', () => {
    expect(decode(record(), defineProbe(), Date.now())).toMatchObject({
      jobId: 'a',
      receiveCount: 1,
      sentAtMs: 1_767_225_600_000,
      createdAt: '2026-01-01T00:00:00.000Z',
      attributes: {},
    });
  });

  it('tells Sluice’s own attributes in the recorded form: camelCase, with empty lists', () => {
    expect(attribute).toEqual({
      stringValue: 'The Whistler',
      stringListValues: [],
      binaryListValues: [],
      dataType: 'String',
    });
    const messageAttributes = {
      jobId: { ...attribute, stringValue: 'b' },
      run: { ...attribute, stringValue: '2' },
      due: { ...attribute, stringValue: '1767225600000' },
    };
    const { attributes } = decode(record({ messageAttributes }), defineProbe(), Date.now());
    expect(attributes).toEqual({ jobId: 'b', run: 2, due: 1_767_225_600_000 });
  });

  it.each([null, undefined])('runs whose md5OfMessageAttributes is %s', async (md5OfMessageAttributes) => {
    const wire = await startWire();
    wire.answer(written);
    const event = { Records: [record({ md5OfMessageAttributes, messageAttributes: {} })] };
    expect(await runBatch(event, context, makeEngine(wire).engine)).toEqual({ batchItemFailures: [] });
    expect(wire.requests).toHaveLength(2);
  });

  it('of the in-memory event source has the recorded members', () => {
    const queue = makeMemorySqs(makeVirtualClock()).createQueue('q', settings);
    queue.add(outgoing('body', { attributes: { Title: 'The Whistler' } }), 'm1');
    const [made] = queue.receive(1).map((message) => toRecord(message, queue));
    expect(Object.keys(made ?? {}).sort()).toEqual(Object.keys(recorded ?? {}).sort());
    expect(Object.keys(made?.attributes ?? {}).sort()).toEqual(Object.keys(recorded?.attributes ?? {}).sort());
    expect(made?.messageAttributes.Title).toEqual(attribute);
  });
});

const settings = { visibilityTimeoutSeconds: 30, retentionSeconds: 86_400 };

describe('what the consumer answers', () => {
  it('is a list of failures for a batch that failed as a whole: a thrown one would keep good records too', async () => {
    expect(okOf('esm-judge-throws')).toEqual({ deleted: [], kept: ['m1', 'm2'] });
    const wire = await startWire();
    wire.answer(refusal('dynamodb', 'ddb-no-such-table'));
    const event: SQSEvent = { Records: ['m1', 'm2'].map((messageId) => record({ messageId })) };
    const answer = await runBatch(event, context, makeEngine(wire).engine);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
  });

  it('names the failed record and no other', async () => {
    const wire = await startWire();
    wire.answer(written);
    const { engine } = makeEngine(wire);
    const failing = JSON.stringify({ id: 'b', payload: { do: 'fail' } });
    const perform = (payload: unknown) => {
      if ((payload as { do: string }).do === 'fail') throw new Error('asked to fail');
    };
    const event = { Records: [record({ messageId: 'm1' }), record({ messageId: 'm2', body: failing })] };
    const answer = await runBatch(event, context, { ...engine, perform });
    expect(answer).toEqual((pair('esm-judge-item-failure').call.params.outcome as { returns: unknown }).returns);
  });
});

type Outcome = { readonly returns?: unknown; readonly throws?: boolean };
const judged = pairs.filter(({ call }) => call.op === 'esm:judge');

it.each(judged.map((one) => [one.id, one] as const))(
  '%s: the in-memory event source judges as AWS did',
  async (id, one) => {
    const { records, outcome } = one.call.params as { records: string[]; outcome: Outcome };
    const clock = makeVirtualClock();
    const queue = makeMemorySqs(clock).createQueue('q', settings);
    for (const name of records) queue.add(outgoing('{}'), name);
    const consumer = async () => {
      if (outcome.throws) throw new Error('asked to throw');
      return outcome.returns;
    };
    const { kept } = await clock.run(deliver(queue, { consumer, clock, functionTimeoutSeconds: 30 }));
    expect([...kept].sort()).toEqual(okOf<{ kept: string[] }>(id).kept);
    expect(queue.messages().map(({ messageId }) => messageId)).toEqual(okOf<{ kept: string[] }>(id).kept);
  },
);
