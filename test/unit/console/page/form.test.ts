import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { definitions } from '../../../../functions/index.ts';
import { faultsAt, faultsWithin, placed, readablePath } from '../../../../lib/console/page/form/faults.ts';
import { type Field, fieldOf } from '../../../../lib/console/page/form/model.ts';
import {
  carriedOver,
  emptyOf,
  fits,
  numberFrom,
  variantOf,
  withEntry,
  withMember,
} from '../../../../lib/console/page/form/value.ts';

const formOf = (schema: z.ZodType): Field =>
  fieldOf(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }));
const membersOf = (field: Field): Readonly<Record<string, Field>> =>
  field.kind === 'object' ? Object.fromEntries(field.members.map(({ name, field: of }) => [name, of])) : {};

describe('the form of a JSON Schema', () => {
  test('each kind of value has its field', () => {
    const form = formOf(
      z.strictObject({
        name: z.string().min(1).max(9).describe('Who it is for'),
        mail: z.email(),
        count: z.int().min(1).max(5),
        ratio: z.number(),
        isUrgent: z.boolean().default(true),
        currency: z.enum(['usd', 'eur']),
        always: z.literal('yes'),
        tags: z.array(z.string()).min(1),
        inner: z.strictObject({ deep: z.int() }),
        map: z.record(z.string(), z.number()),
        pair: z.tuple([z.string(), z.number()]),
        free: z.unknown(),
      }),
    );
    expect(membersOf(form)).toMatchObject({
      name: { kind: 'text', min: 1, max: 9, description: 'Who it is for' },
      mail: { kind: 'text', format: 'email' },
      count: { kind: 'number', isInteger: true, min: 1, max: 5 },
      ratio: { kind: 'number', isInteger: false },
      isUrgent: { kind: 'flag', fallback: true },
      currency: { kind: 'choice', values: ['usd', 'eur'] },
      always: { kind: 'choice', values: ['yes'] },
      tags: { kind: 'list', item: { kind: 'text' }, min: 1 },
      inner: { kind: 'object', members: [{ name: 'deep', required: true, field: { kind: 'number' } }] },
      map: { kind: 'json' },
      pair: { kind: 'json' },
      free: { kind: 'json' },
    });
  });

  test('a schema that names itself ends in JSON text', () => {
    const data = formOf(z.strictObject({ data: z.json() }));
    expect(membersOf(data).data?.kind).toBe('union');
    expect(fieldOf({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } })).toEqual({ kind: 'json' });
    expect(fieldOf({ $ref: 'https://example.com/schema' })).toEqual({ kind: 'json' });
    expect(fieldOf(undefined)).toEqual({ kind: 'json' });
  });

  test('one of some forms is named by what it alone asks for', () => {
    const form = formOf(z.union([z.strictObject({ a: z.string(), b: z.string() }), z.strictObject({ a: z.string() })]));
    expect(form).toMatchObject({ kind: 'union', variants: [{ label: 'with b' }, { label: 'object' }] });
    const kinds = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('card'), number: z.string() }),
      z.strictObject({ kind: z.literal('bank'), iban: z.string() }),
    ]);
    expect(formOf(kinds)).toMatchObject({ variants: [{ label: 'kind: card' }, { label: 'kind: bank' }] });
  });

  test.each(definitions.map(({ type, payload }) => ({ type, payload })))(
    '$type begins with a value that its form can show',
    ({ payload }) => {
      const form = formOf(payload);
      expect(fits(form, emptyOf(form))).toBe(true);
    },
  );
});

describe('the value of a form', () => {
  const mail = fieldOf({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] });
  const members = [
    { name: 'a', required: true, field: { kind: 'text' } },
    { name: 'b', required: false, field: { kind: 'flag' } },
  ] as const;

  test('a form begins with what is required, and with defaults', () => {
    const form = formOf(z.strictObject({ a: z.string(), n: z.int().min(3), o: z.string().optional() }));
    expect(emptyOf(form)).toEqual({ a: '', n: 3 });
  });

  test('the variant of a value is the one that it fits, else the one that it resembles', () => {
    if (mail.kind !== 'union') throw new TypeError('not a union');
    expect(variantOf(mail, ['x'])).toBe(1);
    expect(variantOf(mail, 'x')).toBe(0);
    expect(variantOf(mail, [7])).toBe(1);
  });

  test('another variant keeps what both have', () => {
    const list = fieldOf({ type: 'array', items: { type: 'string' } });
    expect(carriedOver(list, 'ada@example.com')).toEqual(['ada@example.com']);
    expect(carriedOver({ kind: 'text' }, ['ada@example.com'])).toBe('ada@example.com');
    expect(carriedOver({ kind: 'object', members }, { a: 'x', c: 1 })).toEqual({ a: 'x' });
  });

  test('members stand in the order of the form, and what it does not know stays', () => {
    const value = withMember(members, { z: 1, b: true }, 'a', 'x');
    expect(Object.entries(value ?? {})).toEqual(Object.entries({ a: 'x', b: true, z: 1 }));
    expect(withMember(members, { a: 'x', b: true }, 'b', undefined)).toEqual({ a: 'x' });
    expect(withEntry(['x', 'y'], 0, undefined)).toEqual(['y']);
    expect(withEntry(['x'], 1, 'y')).toEqual(['x', 'y']);
  });

  test('a text that is no number stays a text', () => {
    expect(numberFrom(' 1.50 ')).toBe(1.5);
    expect(numberFrom('1,5')).toBe('1,5');
    expect(numberFrom('')).toBe('');
    expect(numberFrom('1e999')).toBe('1e999');
  });
});

describe('faults beside what they are about', () => {
  const text = '{\n  "to": ["x"],\n  "subject": ""\n}';
  const faults = [
    { pointer: '/subject', message: 'too short' },
    { pointer: '/to/0', message: 'no address' },
    { pointer: '', message: 'whole' },
  ];

  test('each fault has the line of its value', () => {
    expect(placed(faults, text).map(({ line, message }) => `${line} ${message}`)).toEqual([
      '1 whole',
      '2 no address',
      '3 too short',
    ]);
    expect(placed([{ pointer: '', message: 'no JSON', line: 7 }], text)).toMatchObject([{ line: 7, column: 1 }]);
  });

  test('a field has its own faults, and a group those of its fields', () => {
    expect(faultsAt(faults, '/to')).toEqual([]);
    expect(faultsWithin(faults, '/to')).toEqual([faults[1]]);
    expect(readablePath('/to/0/a~1b')).toBe('to[0].a/b');
    expect(readablePath('')).toBe('');
  });
});
