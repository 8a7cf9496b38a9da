import { resolve } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { defineJob } from '../../lib/contract/definition/job-definition.ts';
import { decode } from '../../lib/engine/message/decode.ts';
import { median } from './stats.ts';

/**
 * `node test/bench/refused.ts <module>`: what it costs to refuse a payload of 600 KB, against another version of `decode`
 * in the same run. `<module>` is the file that exports it: `lib/engine/message.ts` of a checkout of 537682d, say.
 */
const BYTES = 600_000;
const ROUNDS = 7;
const list = (value: string) => `[${Array(Math.floor(BYTES / (value.length + 1))).fill(value)}]`;

const PAYLOADS: Record<string, readonly [z.ZodType, string]> = {
  'a list of wrong values': [z.array(z.string()), list('1')],
  'a list in an object': [z.object({ items: z.array(z.string()) }), `{"items":${list('1')}}`],
  'a union of lists': [z.union([z.array(z.string()), z.array(z.boolean())]), list('1')],
  'a list of unions': [z.array(z.union([z.string(), z.boolean()])), list('1')],
  'a list of objects': [z.array(z.object({ id: z.string(), n: z.number() })), list('{"id":1,"n":"x"}')],
};

const { decode: before } = (await import(resolve(process.argv[2] ?? 'lib/engine/message/decode.ts'))) as {
  decode: typeof decode;
};
for (const [what, [payload, text]] of Object.entries(PAYLOADS)) {
  const definition = defineJob({ type: 'bench', payload });
  const attributes = { SentTimestamp: '1767225600000', ApproximateReceiveCount: '1' };
  const record = { messageId: 'm', body: `{"payload":${text}}`, attributes, messageAttributes: {} };
  const took = (one: typeof decode) => {
    const startMs = performance.now();
    one(record as unknown as SQSRecord, definition, 1_767_225_600_000);
    return performance.now() - startMs;
  };
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: took(decode), theirs: took(before) }));
  const [ours, theirs] = [median(rounds.map((r) => r.ours)), median(rounds.map((r) => r.theirs))];
  console.log(`${what}: ${ours.toFixed(1)} ms, before ${theirs.toFixed(1)} ms, ratio ${(ours / theirs).toFixed(3)}`);
}
