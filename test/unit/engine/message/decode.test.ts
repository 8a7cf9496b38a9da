import type { SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { decode } from '../../../../lib/engine/message/decode.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const definition = defineJob({ type: 'mail', payload: z.object({ to: z.string() }) });
const record = (body: string): SQSRecord => ({
  ...{ messageId: 'm1', receiptHandle: 'r', body, messageAttributes: {}, md5OfBody: '' },
  ...{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:sluice-test-mail', awsRegion: 'eu-west-1' },
  attributes: {
    ...{ SentTimestamp: String(NOW), ApproximateReceiveCount: '1' },
    ...{ SenderId: 'x', ApproximateFirstReceiveTimestamp: String(NOW) },
  },
});
const refusalOf = (body: string) => decode(record(body), definition, NOW).refusal;
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}null${'}'.repeat(depth)}`;

describe('decode', () => {
  it.each(['id', 'key', 'type', 'maxAttempts', 'createdAt', 'runAt', 'hops'])(
    'refuses a %s of 5,000 nested lists',
    (field) => {
      const refusal = refusalOf(`{"${field}":${lists(5000)},"payload":1}`);
      expect(refusal?.name).toBe('InvalidMessageError');
      expect(refusal?.message).toMatch(new RegExp(`^"${field}" must be .*, got an array of 1$`));
    },
  );

  it.each([
    ['an array of 200000', `[${Array(200_000).fill(1).join()}]`],
    ['an object', objects(5000)],
    [`"${'x'.repeat(80)}"… (600000 characters)`, `"${'x'.repeat(600_000)}"`],
    ['7', '7'],
    ['null', 'null'],
    ['"a b"', '"a b"'],
  ])('tells a wrong value by its type and length: %s', (told, value) => {
    expect(refusalOf(`{"id":${value},"payload":1}`)?.message).toBe(
      `"id" must be 1 to 128 of A-Z a-z 0-9 _ . : -, got ${told}`,
    );
  });

  it('returns a refusal or a payload for any body, however deep and long', () => {
    const depth = fc.nat({ max: 60_000 });
    const value = fc.oneof(
      depth.map(lists),
      depth.map(objects),
      fc.nat({ max: 50_000 }).map((length) => `[${Array(length).fill('{"to":1}').join()}]`),
      fc.nat({ max: 500_000 }).map((length) => `"${'ü'.repeat(length)}"`),
      fc.json(),
      fc.string(),
    );
    const field = fc.constantFrom(
      'id',
      'key',
      'type',
      'maxAttempts',
      'createdAt',
      'runAt',
      'payload',
      'to',
      '__proto__',
    );
    const bodies = fc.oneof(
      value,
      fc.array(fc.tuple(field, value), { maxLength: 4 }).map((fields) => {
        return `{${fields.map(([name, text]) => `"${name}":${text}`).join()}}`;
      }),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const { refusal, payload, jobId, key } = decode(record(body), definition, NOW);
        expect(refusal === undefined).toBe(payload !== undefined);
        expect(refusal?.message.length ?? 0).toBeLessThan(3000);
        expect([jobId, key]).not.toContain(undefined);
      }),
    );
  });
});
