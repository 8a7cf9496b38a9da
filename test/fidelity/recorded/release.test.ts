import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { MAX_PARKED_BYTES } from '../../../lib/contract/protocol/job-item.ts';
import { release } from '../../../lib/engine/retries/release.ts';
import { makeTally } from '../../../lib/engine/retries/tally.ts';
import { jobItem, makeReleaseDeps } from './engine.ts';
import { errorOf, okOf } from './recordings.ts';
import { ok, refusal, startWire, type WireReply } from './wire.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, { DataType: string; StringValue: string }>;
}
interface Batch {
  readonly Entries: Entry[];
}
interface Outcome {
  readonly Failed: { readonly Id: string }[];
  readonly Successful: { readonly $unordered: { readonly Id: string }[] };
}

const parked = (body: string, i: number, jobId = `job-${i}`) =>
  jobItem({ id: `probe#${jobId}`, jobId, status: 'RETRYING', dueAt: 1000, listKey: 'due#0', envelope: { body } });
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const moved = ok({ Responses: [{ TableName: 't' }] });
const movedAll = ({ Statements }: { Statements: unknown[] }): WireReply =>
  ok({ Responses: Statements.map(() => ({ TableName: 't' })) });

/** All entries of a call sent. */
const taken = ({ Entries }: Batch): WireReply =>
  ok({ Successful: Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })) });

it('of a batch that failed in part as recorded, only what was sent is moved on', async () => {
  const { Failed, Successful } = okOf<Outcome>('sqs-batch-invalid-character');
  const wire = await startWire();
  const partly = ({ Entries }: Batch): WireReply =>
    ok({
      Failed: Failed.map((entry) => ({ ...entry, SenderFault: true })),
      Successful: Successful.$unordered.map(({ Id }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: md5(Entries.find((entry) => entry.Id === Id)?.MessageBody ?? ''),
      })),
    });
  wire.answer(partly, movedAll);
  const { deps, output } = makeReleaseDeps(wire);
  const bodies = Array.from({ length: 10 }, (_, i) => (i === 9 ? '\u0001' : String(i)));
  const released = await release(
    bodies.map((body, i) => parked(body, i)),
    deps,
  );
  expect(released).toEqual({ released: 9, refused: 1 });
  expect(output.logs()).toMatchObject([{ message: 'release.refused', jobId: 'job-9', code: 'InvalidMessageContents' }]);
  const statements = JSON.stringify(wire.requests.slice(1).map(({ input }) => input));
  expect(statements).toContain('probe#job-8');
  expect(statements).not.toContain('probe#job-9');
});

it('of an entry too long alone, recorded with SenderFault, its batch mates are moved on', async () => {
  const { Successful, Failed } = okOf<{ Successful: object[]; Failed: object[] }>('sqs-batch-entry-too-long');
  const wire = await startWire();
  const [fits, exceeds] = [Successful[0], Failed[0]];
  wire.answer(ok({ Successful: [{ ...fits, Id: '0' }], Failed: [{ ...exceeds, Id: '1' }] }), moved);
  const { deps, output } = makeReleaseDeps(wire);
  const items = [parked('a'.repeat(1024), 0), parked('a'.repeat(1025), 1)];
  expect(await release(items, deps)).toEqual({ released: 1, refused: 1 });
  expect(output.logs()).toMatchObject([{ jobId: 'job-1', code: 'InvalidParameterValue' }]);
});

it.each(['sqs-batch-too-long', 'sqs-batch-invalid-entry-id'])(
  'of a call that is refused as a whole (%s) nothing is moved on',
  async (id) => {
    const wire = await startWire();
    wire.answer(refusal('sqs', id));
    const { deps, output } = makeReleaseDeps(wire);
    expect(await release([parked('a', 0), parked('b', 1)], deps)).toEqual({ released: 0, refused: 2 });
    expect(wire.requests).toHaveLength(1);
    expect(output.events()).toEqual(['release.failed']);
  },
);

it.each([true, false])(
  'jobs of a queue that does not exist are put off by an hour, its URL known: %s',
  async (isKnown) => {
    const wire = await startWire();
    wire.answer(refusal('sqs', 'sqs-no-such-queue'), moved);
    const { deps, output } = makeReleaseDeps(wire);
    if (!isKnown) deps.queueUrls.clear();
    const tally = makeTally();
    expect(await release([parked('a', 0)], deps, tally)).toEqual({ released: 0, refused: 1 });
    expect(wire.requests.map(({ target }) => target)).toEqual([
      isKnown ? 'SendMessageBatch' : 'GetQueueUrl',
      'BatchExecuteStatement',
    ]);
    expect([tally.of('probe').putOff, deps.queueUrls.size]).toEqual([1, 0]);
    expect(JSON.stringify(wire.requests[1]?.input)).toContain('SET \\"listAt\\"');
    tally.log(deps.log, deps.queueName);
    expect(output.events()).toEqual(['release.queue-missing']);
  },
);

it('parked bodies are split into calls that pass none of the recorded limits', async () => {
  const wire = await startWire();
  wire.answer((input: Batch & { Statements: unknown[] }) => ('Entries' in input ? taken(input) : movedAll(input)));
  const { deps } = makeReleaseDeps(wire);
  // Eleven, so that one call is not enough; a job id of 128 characters is no entry id, nor is one with ":" or ".".
  const jobId = (i: number) => `${i}:`.padEnd(128, '.');
  const sizes = [MAX_PARKED_BYTES, MAX_PARKED_BYTES, MAX_PARKED_BYTES, 65_536, 104_857, 104_857, 1, 1, 1, 1, 1];
  const items = sizes.map((size, i) => parked('é'.repeat(size / 2).padEnd(size / 2 + (size % 2), 'a'), i, jobId(i)));
  expect(await release(items, deps)).toEqual({ released: sizes.length, refused: 0 });
  const calls = wire.requests.filter(({ target }) => target === 'SendMessageBatch');
  const batches = calls.map(({ input }) => (input as unknown as Batch).Entries);
  expect(batches.flat()).toHaveLength(sizes.length);
  for (const entries of batches) {
    expect(entries.length).toBeLessThanOrEqual(10);
    expect(entries.reduce((sum, entry) => sum + bytes(entry), 0)).toBeLessThanOrEqual(1_048_576);
    for (const { Id } of entries) expect(Id).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  }
  expect(errorOf('sqs-batch-invalid-entry-id').message).toContain('alphanumeric characters, hyphens and underscores');
});

const bytes = ({ MessageBody, MessageAttributes }: Entry): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, StringValue }]) => sum + Buffer.byteLength(name + DataType + StringValue),
    Buffer.byteLength(MessageBody),
  );
