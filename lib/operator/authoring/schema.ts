import * as z from 'zod';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { MAX_ATTEMPTS } from '../../contract/definition/retry-options.ts';
import { ENVELOPE_PATTERNS } from '../../contract/envelope.ts';
import { MAX_HOPS } from '../../contract/hops.ts';
import { MAX_STEPS } from '../../contract/protocol/not-in-flow.ts';
import { MESSAGE_GROUP } from '../../contract/sqs-limits.ts';

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Describes the message body of a job type, payload included, for producers in any language.
 *
 * It accepts every body that a producer writes and the consumer takes, but for `payloadRef`, which Sluice's own producer writes. It
 * refuses those that the consumer refuses, except for what JSON Schema cannot say: a definition's own refinements, formats that
 * have no pattern (a URL), `runAt` beyond a year, days that a month does not have, a first step of a type that is not in
 * `handsOn`, one who waits for a chain's end and is not the last entry of `then`.
 *
 * @returns JSON Schema, draft 2020-12; a part of the payload that has no counterpart accepts anything and says so in its
 *          `$comment`
 */
export function messageSchema(definition: JobDefinition): JsonSchema {
  const { type } = definition;
  const schema = z.toJSONSchema(envelopeOf(definition), {
    target: 'draft-2020-12',
    // What a producer writes, before defaults and transforms.
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { type: kind } = zodSchema._zod.def;
      if (NOT_IN_JSON.includes(kind))
        jsonSchema.$comment = `a ${kind} of the payload's schema: JSON Schema cannot say it`;
      if (!Number.isInteger(jsonSchema.multipleOf ?? 1)) jsonSchema.$comment = MULTIPLE;
      // zod names formats of its own, as `ends_with`: a strict reader refuses the schema for it. Their pattern stays.
      if (!FORMATS.has(jsonSchema.format ?? '')) delete jsonSchema.format;
      if (hasFlags(zodSchema)) {
        delete jsonSchema.pattern;
        delete jsonSchema.allOf;
        jsonSchema.$comment = "a pattern of the payload's schema has a flag: JSON Schema knows none";
      }
    },
  });
  // The consumer needs a payload even if its schema accepts undefined.
  return { ...schema, title: `Message of a ${type} job`, required: ['payload'] };
}

/** Whether a text must match a pattern that ignores case, or reads lines or dots in another way: zod leaves flags out. */
function hasFlags({ _zod: { def } }: z.core.$ZodType): boolean {
  const { checks = [] } = def;
  const patterns = [def, ...checks.map((check) => check._zod.def)].map((one) => (one as { pattern?: RegExp }).pattern);
  return patterns.some((pattern) => /[ims]/.test(pattern?.flags ?? ''));
}

const THEN = 'then';
const NOT_IN_JSON = ['bigint', 'custom', 'date', 'function', 'map', 'set', 'symbol', 'transform', 'undefined', 'void'];

/** Binary fractions: 19.99 / 0.01 is 1998.9999999999998. */
const MULTIPLE =
  'Ajv needs its option multipleOfPrecision: 6, or it refuses multiples as 19.99 that the consumer takes';

/** JSON Schema 2020-12, validation part, 7.3: "Defined Formats". */
const FORMATS: ReadonlySet<string> = new Set([
  ...['date-time', 'date', 'time', 'duration', 'email', 'idn-email', 'hostname', 'idn-hostname', 'ipv4', 'ipv6', 'uri'],
  ...[
    'uri-reference',
    'iri',
    'iri-reference',
    'uuid',
    'uri-template',
    'json-pointer',
    'relative-json-pointer',
    'regex',
  ],
]);

/** Steps that come after the job. JSON Schema's way to say more of the first one is refused by strict readers. */
function thenOf({ handsOn = [], answers = [] }: JobDefinition) {
  const tokens = tokensOf(answers);
  if (handsOn.length === 0 && tokens.length === 0) return {};
  const step = z.strictObject({
    type: z.string().min(1),
    payload: z.unknown(),
    maxAttempts: z.int().min(MAX_ATTEMPTS.min).max(MAX_ATTEMPTS.max).optional(),
    tenant: z.string().regex(MESSAGE_GROUP).optional(),
  });
  const entries = [...(handsOn.length === 0 ? [] : [step]), ...tokens];
  const follow = `Jobs that follow this one, each sent once the one before has completed. The type of the first: ${handsOn.join(' or ')}.`;
  const waits = 'The last entry may name who waits for the end.';
  const says = [...(handsOn.length === 0 ? [] : [follow]), ...(tokens.length === 0 ? [] : [waits])].join(' ');
  return {
    [THEN]: z
      .array(z.union(entries))
      .min(1)
      .max(MAX_STEPS - 1)
      .optional()
      .describe(says),
  };
}

/** Who may wait for the end of a chain. Only the last entry may be one, which the consumer checks. */
const tokensOf = (answers: readonly string[]) =>
  [
    { name: 'taskToken', by: 'stepFunctions' },
    { name: 'durableCallbackId', by: 'durableFunctions:' },
  ].flatMap(({ name, by }) =>
    answers.some((one) => one.startsWith(by)) ? [z.strictObject({ [name]: z.string().min(1).max(1024) })] : [],
  );

/** A type that begins optimistically refuses them. */
function deadlinesOf({ begin }: JobDefinition, moment: z.ZodString) {
  if (begin === 'optimistic') return {};
  const later = 'ISO 8601 with a zone, later than runAt:';
  return {
    startBefore: moment
      .optional()
      .describe(`${later} a job that has not begun by then ends EXPIRED, without running. Default: never.`),
    endBefore: moment
      .optional()
      .describe(`${later} no attempt starts from then on, the job ends EXPIRED. Default: never.`),
  };
}

function envelopeOf(definition: JobDefinition) {
  const { type, payload, retry } = definition;
  const { id, key, time } = ENVELOPE_PATTERNS;
  const moment = z.string().regex(time);
  return z.strictObject({
    payload,
    id: z
      .string()
      .regex(id)
      .optional()
      .describe('Names this job. Every producer should set it. Default: the SQS message id.'),
    key: z
      .string()
      .regex(key)
      .optional()
      .describe('Idempotency key: within the retention, jobs of one type with one key run once. Default: id.'),
    type: z.literal(type).optional().describe('Must be the type of the queue, if present.'),
    maxAttempts: z
      .int()
      .min(MAX_ATTEMPTS.min)
      .max(MAX_ATTEMPTS.max)
      .optional()
      .describe(`Attempts in all, the first run included. Default: ${retry.maxAttempts}.`),
    createdAt: moment.optional().describe('ISO 8601 with a zone. Default: when SQS took the message.'),
    runAt: moment
      .optional()
      .describe('ISO 8601 with a zone: when the first attempt starts, at most a year ahead. Default: now.'),
    ...deadlinesOf(definition, moment),
    hops: z
      .int()
      .min(0)
      .max(MAX_HOPS)
      .optional()
      .describe('Sent from inside of a job: one more than the hops of its message. Default: 0.'),
    ...thenOf(definition),
  });
}
