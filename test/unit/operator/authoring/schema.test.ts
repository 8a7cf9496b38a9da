import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, type JobDefinition } from '../../../../lib/contract/definition/job-definition.ts';
import { decodeEnvelope } from '../../../../lib/contract/envelope.ts';
import { readPayload } from '../../../../lib/contract/payload.ts';
import { flowRefusal } from '../../../../lib/contract/protocol/flow-fields.ts';
import { messageSchema } from '../../../../lib/operator/authoring/schema.ts';
import { definitions } from '../../../support/shop/catalogue.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');

/** Shapes that the catalogue's schemas do not have. */
const curious = defineJob({
  type: 'curious',
  payload: z.object({
    any: z.json(),
    kind: z.discriminatedUnion('is', [
      z.strictObject({ is: z.literal('a'), n: z.int().min(0) }),
      z.object({ is: z.enum(['b', 'c']), list: z.array(z.boolean()).max(2) }),
    ]),
    count: z.number().default(1),
    upper: z
      .string()
      .transform((text) => text.toUpperCase())
      .nullable(),
    pairs: z.record(z.string().regex(/^x/), z.tuple([z.string(), z.number()])).optional(),
  }),
});

const flowing = defineJob({ type: 'flowing', payload: z.int(), handsOn: ['curious', 'flowing'] });
const last = defineJob({ type: 'last', payload: z.int(), handsOn: [] });

const PAYLOADS: Record<string, object[]> = {
  'send-email': [
    { to: 'ada@example.com', subject: 'Hi', text: 'Hello' },
    { to: ['ada@example.com'], cc: 'bob@example.com', template: 'welcome', data: { a: [1, null, { b: true }] } },
  ],
  'process-payment': [
    { amount: 4900, currency: 'usd', paymentMethod: 'pm_card_visa' },
    { amount: 1, currency: 'eur', paymentMethod: 'pm_1', customer: 'cus_1', description: 'a book' },
  ],
  ...{ flowing: [1] as unknown as object[], last: [2] as unknown as object[] },
  'sync-data': [{ source: 'crm', url: 'https://crm.example.com/records' }],
  'generate-report': [{ source: 'crm', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00+01:00' }],
  curious: [
    { any: { deep: [1] }, kind: { is: 'a', n: 1 }, upper: 'x' },
    { any: null, kind: { is: 'c', list: [true] }, upper: null, count: 2, pairs: { xa: ['a', 1] }, more: 1 },
  ],
};

const ALL: readonly JobDefinition[] = [...definitions, curious, flowing, last];
const FULL = {
  ...{ id: 'ord-7', key: 'k:1', maxAttempts: 3, hops: 7 },
  ...{ createdAt: '2026-01-31T09:00:00Z', runAt: '2026-02-01T09:00Z' },
  ...{ startBefore: '2026-02-01T10:00Z', endBefore: '2026-02-01T11:00Z' },
};

function compile(definition: JobDefinition): (body: unknown) => boolean {
  // Strict: a keyword that ajv does not know, or a schema that contradicts itself, throws.
  const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false });
  const validate = ajv.compile(messageSchema(definition));
  return (body) => validate(body) === true;
}

/** What the consumer makes of a body: taken, refused, or refused for what JSON Schema cannot say. */
function verdict(definition: JobDefinition, body: unknown): 'taken' | 'refused' | 'beyond' {
  try {
    const envelope = decodeEnvelope(JSON.stringify(body), definition.type, NOW);
    if (flowRefusal(envelope, definition) !== undefined) return definition.handsOn?.length ? 'beyond' : 'refused';
    const { refusal } = readPayload(definition, envelope.payload);
    if (refusal === undefined) return 'taken';
    return issuesOf(refusal.cause).every(isBeyond) ? 'beyond' : 'refused';
  } catch (error) {
    return /one year ahead|later than "runAt"/.test(String(error)) ? 'beyond' : 'refused';
  }
}

type Issue = z.core.$ZodIssue;
const issuesOf = (error: unknown): Issue[] => (error as z.ZodError).issues;
const isBeyond = (issue: Issue): boolean =>
  issue.code === 'custom' ||
  (issue.code === 'invalid_format' && issue.format === 'url') ||
  (issue.code === 'invalid_union' && issue.errors.some((branch) => branch.length > 0 && branch.every(isBeyond)));

const odd = fc.oneof(
  fc.constantFrom(
    null,
    '',
    0,
    -1,
    1.5,
    101,
    true,
    [],
    {},
    'x',
    'pm_é',
    '2026-02-01',
    '2026-01-31T09:00:00+02:00',
    'a b',
  ),
  fc.jsonValue(),
);

const step = fc.record(
  {
    type: fc.constantFrom('flowing', 'curious', 'other', ''),
    ...{
      payload: odd,
      maxAttempts: fc.oneof(fc.constant(3), odd),
      tenant: fc.oneof(fc.constant('acme'), odd),
      more: odd,
    },
  },
  { requiredKeys: [] },
);
/** What comes after a job; most of them are wrong. */
const steps = fc.oneof(
  fc.array(step, { maxLength: 20 }),
  fc.array(fc.record({ type: fc.constantFrom('flowing', 'other'), payload: odd }), { maxLength: 20, size: 'max' }),
);

/** A body with some of its parts left out, replaced or added to. */
const mutated = (definition: JobDefinition) =>
  fc
    .tuple(
      fc.constantFrom(...(PAYLOADS[definition.type] ?? [])),
      fc.subarray(Object.entries(FULL)),
      fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.oneof(fc.constant(undefined), odd)), { maxLength: 3 }),
      fc.option(
        fc.tuple(fc.constantFrom('retries', 'type', 'payloadRef', 'to', 'extra', 'then'), fc.oneof(odd, steps)),
        { freq: 3 },
      ),
    )
    .map(([payload, fields, changes, extra]) => {
      const body: Record<string, unknown> = { payload: structuredClone(payload), ...Object.fromEntries(fields) };
      for (const [inPayload, which, value] of changes) {
        const target = (inPayload ? body.payload : body) as Record<string, unknown> | undefined;
        if (typeof target !== 'object' || target === null) continue;
        const names = Object.keys(target);
        const name = names[which % names.length];
        if (name !== undefined) target[name] = value;
      }
      if (extra !== null) body[extra[0]] = extra[1];
      return JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
    });

describe.each(ALL.map((definition) => [definition.type, definition] as const))(
  'the schema of %s',
  (type, definition) => {
    const accepts = compile(definition);

    it('is of draft 2020-12 and takes the examples', () => {
      expect(messageSchema(definition)).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: `Message of a ${type} job`,
        type: 'object',
        required: ['payload'],
        additionalProperties: false,
      });
      for (const payload of PAYLOADS[type] ?? []) {
        const body = { ...FULL, type, payload };
        expect([accepts(body), verdict(definition, body)]).toEqual([true, 'taken']);
      }
    });

    it('accepts and refuses what the consumer does', () => {
      const seen = { taken: 0, refused: 0, beyond: 0 };
      fc.assert(
        fc.property(mutated(definition), (body) => {
          const said = verdict(definition, body);
          seen[said] += 1;
          // What JSON Schema cannot say it lets pass.
          if (said !== 'beyond') expect(accepts(body)).toBe(said === 'taken');
        }),
        { numRuns: 500, seed: 1 },
      );
      expect(seen.taken).toBeGreaterThan(30);
      expect(seen.refused).toBeGreaterThan(50);
    });
  },
);

/** What JSON Schema 2020-12 knows ("Defined Formats", 7.3 of its validation part). */
const STANDARD =
  'date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference ' +
  'uuid uri-template json-pointer relative-json-pointer regex';

it('formats that the standard does not know are left out, and what their pattern says stays', () => {
  const payload = z.object({
    ...{
      file: z.string().endsWith('.csv'),
      table: z.string().startsWith('t_').includes('x'),
      upper: z.string().uppercase(),
    },
    ...{ token: z.jwt(), nano: z.nanoid(), cuid: z.cuid2(), emoji: z.emoji(), base: z.base64(), range: z.cidrv4() },
    ...{ phone: z.e164(), host: z.hostname(), url: z.url(), uuid: z.uuid(), day: z.iso.date(), mail: z.email() },
    list: z.array(z.union([z.ulid(), z.hex(), z.stringFormat('own', /^o/)])),
  });
  const schema = messageSchema(defineJob({ type: 'job', payload }));
  const formats = Object.fromEntries(STANDARD.split(' ').map((name) => [name, true as const]));
  const validate = new Ajv2020({ strict: true, strictTypes: false, formats }).compile(schema);
  expect(schema).toMatchObject({
    properties: {
      payload: { properties: { url: { format: 'uri' }, uuid: { format: 'uuid' }, mail: { format: 'email' } } },
    },
  });
  const file = z.object({ file: z.string().endsWith('.csv') });
  const accepts = new Ajv2020({ formats }).compile(messageSchema(defineJob({ type: 'job', payload: file })));
  expect(['a.csv', 'a.txt'].map((name) => accepts({ payload: { file: name } }))).toEqual([true, false]);
  expect(validate({ payload: {} })).toBe(false);
});

it('a broken multiple says how Ajv reads it: with multipleOfPrecision it takes what the consumer takes', () => {
  const payload = z.object({ price: z.number().multipleOf(0.01), dozen: z.number().multipleOf(12) });
  const definition = defineJob({ type: 'job', payload });
  const schema = messageSchema(definition);
  expect(schema).toMatchObject({
    properties: { payload: { properties: { price: { $comment: expect.stringContaining('multipleOfPrecision: 6') } } } },
  });
  expect(JSON.stringify(schema).match(/multipleOfPrecision/g)).toHaveLength(1);
  const accepts = new Ajv2020({ multipleOfPrecision: 6 }).compile(schema);
  for (const price of [0.07, 4.35, 19.99, 1e6 + 0.01, 0.015, 4.351]) {
    const body = { payload: { price, dozen: 24 } };
    expect([price, accepts(body)]).toEqual([price, verdict(definition, body) === 'taken']);
  }
});

it.each([
  ['a pattern with a flag', z.string().regex(/^ab$/i), 'AB'],
  ['a pattern with a flag beside another', z.string().regex(/^ab$/i).endsWith('B'), 'AB'],
  ['a key with a flag', z.record(z.string().regex(/^ab$/i), z.number()), { AB: 1 }],
  ['lines', z.string().regex(/^b$/m), 'a\nb'],
])('%s, which JSON Schema cannot say, is left out and told', (_what, given, payload) => {
  const definition = defineJob({ type: 'job', payload: z.object({ given }) });
  const body = { payload: { given: payload } };
  expect([compile(definition)(body), verdict(definition, body)]).toEqual([true, 'taken']);
  expect(JSON.stringify(messageSchema(definition))).toContain('flag');
});

describe('a schema with parts that JSON Schema cannot express', () => {
  it('accepts them, with a comment', () => {
    const definition = defineJob({ type: 'job', payload: z.object({ at: z.date(), text: z.string() }) });
    expect(messageSchema(definition)).toMatchObject({
      properties: {
        payload: { properties: { at: { $comment: expect.stringContaining('date') }, text: { type: 'string' } } },
      },
    });
  });

  it('requires a payload even if its schema accepts undefined', () => {
    const definition = defineJob({ type: 'job', payload: z.string().optional() });
    const accepts = compile(definition);
    expect([accepts({}), accepts({ payload: 'x' }), verdict(definition, {})]).toEqual([false, true, 'refused']);
  });
});

it('says of each field of the envelope what it takes, and what it is for', () => {
  const definition = defineJob({ type: 'plain', payload: z.strictObject({ n: z.int().default(1) }) });
  const { id, key, type, maxAttempts, createdAt, runAt, hops, payload } = messageSchema(definition)
    .properties as Record<string, object>;
  const time = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$';
  expect({ id, key, type, maxAttempts, createdAt, runAt, hops }).toEqual({
    id: {
      ...{ type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$' },
      description: 'Names this job. Every producer should set it. Default: the SQS message id.',
    },
    key: {
      ...{ type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,250}$' },
      description: 'Idempotency key: within the retention, jobs of one type with one key run once. Default: id.',
    },
    type: { type: 'string', const: 'plain', description: 'Must be the type of the queue, if present.' },
    maxAttempts: {
      ...{ type: 'integer', minimum: 1, maximum: 100 },
      description: 'Attempts in all, the first run included. Default: 5.',
    },
    createdAt: {
      ...{ type: 'string', pattern: time },
      description: 'ISO 8601 with a zone. Default: when SQS took the message.',
    },
    runAt: {
      ...{ type: 'string', pattern: time },
      description: 'ISO 8601 with a zone: when the first attempt starts, at most a year ahead. Default: now.',
    },
    hops: {
      ...{ type: 'integer', minimum: 0, maximum: 100 },
      description: 'Sent from inside of a job: one more than the hops of its message. Default: 0.',
    },
  });
  // What has a default may be left out, and nothing of it is beyond JSON Schema.
  expect(payload).not.toHaveProperty('required');
  expect(JSON.stringify(messageSchema(definition))).not.toContain('$comment');
});

it('a type that answers takes a token or a callback id at the end of its chain', () => {
  const answers = ['stepFunctions', 'durableFunctions:approve'] as const;
  const accepts = compile(defineJob({ type: 'task', payload: z.unknown(), handsOn: [], answers }));
  const [token, callback] = [{ taskToken: 't' }, { durableCallbackId: 'c' }];
  for (const last of [token, callback]) expect(accepts({ payload: 1, ...thenOf(last) })).toBe(true);
  for (const wrong of [{ taskToken: '' }, { taskToken: 't', type: 'task' }, { type: 'task', payload: 1 }])
    expect(accepts({ payload: 1, ...thenOf(wrong) })).toBe(false);
});

const thenOf = (...then: readonly object[]) => ({ then });
