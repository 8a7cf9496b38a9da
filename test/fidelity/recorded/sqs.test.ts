import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadLetter, deadLetterAttributes } from '../../../lib/engine/message/dead-letter.ts';
import { wait } from '../../../lib/engine/message/wait.ts';
import { jobItem, makeEngine, message } from './engine.ts';
import { errorOf, okOf, pair, sent } from './recordings.ts';
import { ok, refusal, startWire } from './wire.ts';

type Attributes = Record<string, { DataType?: string | undefined; StringValue?: string | undefined }>;

const LIMIT = 1_048_576;
const counted = (...texts: (string | undefined)[]) =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);

/** Bytes of a message as the recordings count them. */
function bytes(body: string, attributes: Attributes = {}): number {
  const parts = Object.entries(attributes).map(([name, value]) => counted(name, value.DataType, value.StringValue));
  return parts.reduce((a, b) => a + b, counted(body));
}

it('bytes are counted as the recorded refusals count them', () => {
  const { MessageBody, MessageAttributes } = sent(pair('sqs-send-too-long'), '') as {
    MessageBody: string;
    MessageAttributes: Attributes;
  };
  expect(bytes(MessageBody, MessageAttributes)).toBe(LIMIT + 1);
  const { Entries } = sent(pair('sqs-batch-too-long'), '') as {
    Entries: { MessageBody: string; MessageAttributes?: Attributes }[];
  };
  const total = Entries.reduce((sum, entry) => sum + bytes(entry.MessageBody, entry.MessageAttributes), 0);
  expect(errorOf('sqs-batch-too-long').message).toContain(`You have sent ${total} bytes.`);
});

/** Recorded: NUL, BS, VT, DC3 and U+FFFF; the rest is the API reference's list (SendMessage). */
const isRefused = (character: string) =>
  /^[\p{Cc}\ufffe\uffff]$/u.test(character) && !/[\t\n\r\u007f-\u009f]/.test(character);

describe('the attributes of a dead letter', () => {
  /** Any text at all, and the characters that were refused. */
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\b', '\u000b', '\u0000', '\uffff', '\ud800', ' '),
  );
  const death = fc.record({ name: text, message: text });

  it('are never empty and hold no character that was refused', () => {
    expect(errorOf('sqs-attribute-empty-value').message).toContain('must contain a non-empty value');
    fc.assert(
      fc.property(death, (error) => {
        const attributes = deadLetterAttributes(jobItem({ reason: 'AttemptsExhausted', error }), 0);
        for (const [name, { DataType, StringValue = '' }] of Object.entries(attributes)) {
          expect(name).not.toMatch(/^(aws|amazon)\.|^\.|\.$/i);
          expect(DataType).toBe('String');
          expect(StringValue).not.toBe('');
          expect(StringValue.isWellFormed()).toBe(true);
          expect([...StringValue].filter(isRefused)).toEqual([]);
        }
      }),
    );
  });

  it('never make a message longer than was accepted, and keep what matters most', () => {
    const item = jobItem({ reason: 'PermanentError', error: { name: 'Error', message: 'é'.repeat(512) } });
    const sluice = { DataType: 'String', StringValue: '{"id":"a","run":1,"type":"mail"}' };
    for (let room = 0; room < 1500; room += 7) {
      const attributes = deadLetterAttributes(item, LIMIT - room);
      expect(bytes('', attributes)).toBeLessThanOrEqual(room);
      const [first] = Object.keys(attributes);
      expect(first).toBe(room >= bytes('', { sluice }) ? 'sluice' : undefined);
    }
    expect(Object.keys(deadLetterAttributes(item, 0))).toHaveLength(8);
  });
});

describe('a dead letter', () => {
  const undelivered = jobItem({ reason: 'PermanentError', failedAt: '2026-01-01T00:00:00.000Z', undelivered: true });
  const written = ok({ Responses: [{ TableName: 't' }] });

  it('is done when SQS has answered as recorded: the SDK finds its own MD5 in it', async () => {
    const wire = await startWire();
    wire.answer(ok(okOf('sqs-send-md5')), written);
    const { engine } = makeEngine(wire);
    expect(await deadLetter(undelivered, message({ body: 'msg' }), engine)).toBe('ack');
    expect(wire.requests.map(({ target }) => target)).toEqual(['SendMessage', 'BatchExecuteStatement']);
  });

  it('carries group and trace beside the attributes, which a standard queue takes', async () => {
    expect(okOf('sqs-group-id-on-standard-queue')).toMatchObject({
      Messages: [{ Attributes: { MessageGroupId: 'test' } }],
    });
    const wire = await startWire();
    wire.answer(ok(okOf('sqs-send-md5')), written);
    await deadLetter(undelivered, message({ body: 'msg', group: 'test', trace: 'Root=1' }), makeEngine(wire).engine);
    expect(wire.requests[0]?.input).toMatchObject({
      MessageGroupId: 'test',
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
    });
    expect(wire.requests[0]?.input.MessageAttributes).not.toHaveProperty('AWSTraceHeader');
  });

  it.each(['sqs-send-too-long', 'sqs-attribute-empty-value', 'sqs-no-such-queue'])(
    'that SQS refuses (%s) keeps its message, and its item undelivered',
    async (id) => {
      const wire = await startWire();
      wire.answer(refusal('sqs', id));
      const { engine, output } = makeEngine(wire);
      expect(await deadLetter(undelivered, message(), engine)).toBe('keep');
      expect(wire.requests.map(({ target }) => target)).toEqual(['SendMessage']);
      expect(output.events()).toEqual(['job.dead-letter-failed']);
    },
  );
});

describe('a wait', () => {
  const received = { message: message(), receiptHandle: 'handle' };

  it('is a visibility timeout, answered as recorded', async () => {
    const wire = await startWire();
    wire.answer(ok(okOf('sqs-visibility-after-expiry')));
    const { engine, output } = makeEngine(wire);
    expect(await wait(received, Date.now() + 2000, engine)).toBe('keep');
    expect(wire.requests[0]).toMatchObject({ target: 'ChangeMessageVisibility', input: { VisibilityTimeout: 2 } });
    expect(output.events()).toEqual([]);
  });

  it.each(['sqs-visibility-deleted', 'sqs-visibility-invalid-handle'])('refused (%s) is no error', async (id) => {
    const wire = await startWire();
    wire.answer(refusal('sqs', id));
    const { engine, output } = makeEngine(wire);
    expect(await wait(received, Date.now() + 2000, engine)).toBe('keep');
    expect(output.events()).toEqual(['message.wait-failed']);
  });
});
