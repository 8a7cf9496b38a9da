import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { readPayload } from '../../../lib/contract/payload.ts';

const refusal = (schema: z.ZodType, payload: unknown): string | undefined =>
  readPayload(defineJob({ type: 'mail', payload: schema }), payload).refusal?.message;

describe('a refused payload', () => {
  it('tells at most five issues', () => {
    const told = refusal(z.array(z.string()), Array(100).fill(1)) ?? '';
    expect(told.split('; ')).toHaveLength(5);
    expect(told).toContain('payload.4: Invalid input: expected string, received number');
  });

  it('tells all issues of a payload that has fewer', () => {
    expect(refusal(z.object({ a: z.string(), b: z.number() }), { a: 1, b: '1' })?.split('; ')).toEqual([
      'payload.a: Invalid input: expected string, received number',
      'payload.b: Invalid input: expected number, received string',
    ]);
  });

  it('tells five issues of a union’s closest member', () => {
    const schema = z.union([z.object({ a: z.array(z.string()), b: z.string() }), z.object({ a: z.array(z.string()) })]);
    expect(refusal(schema, { a: Array(50).fill(1) })?.split('; ')).toHaveLength(5);
  });

  it('tells the first issue of a huge payload, and that the rest was not checked', () => {
    const huge = { items: Array(200_000).fill(1) };
    expect(refusal(z.object({ items: z.array(z.string()) }), huge)).toBe(
      'payload.items.0: Invalid input: expected string, received number; the rest was not checked',
    );
  });

  it('stops looking at a huge payload once it is refused', () => {
    let looked = 0;
    const item = z.unknown().transform((value, context) => {
      looked += 1;
      if (value !== 0) context.addIssue({ code: 'custom', message: 'not 0', fatal: true });
      return value;
    });
    const definition = defineJob({ type: 'mail', payload: z.array(item) });
    looked = 0;
    const told = readPayload(definition, Array(200_000).fill(1)).refusal?.message;
    expect(told).toBe('payload.0: not 0; the rest was not checked');
    expect(looked).toBe(1);
  });

  it('quotes no more than a line of its keys', () => {
    const keys = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`key-${n}-${'x'.repeat(300)}`, 1]));
    expect((refusal(z.strictObject({}), keys) ?? '').length).toBeLessThan(300);
    expect((refusal(z.record(z.string(), z.string()), keys) ?? '').length).toBeLessThan(5 * 410);
  });

  it.each([
    ['lists', (depth: number) => `${'['.repeat(depth)}7${']'.repeat(depth)}`],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}7${'}'.repeat(depth)}`],
  ])('is a refusal, however deep its %s are', (_, nested) => {
    const tree: z.ZodType = z.lazy(() => z.union([z.string(), z.array(tree), z.record(z.string(), tree)]));
    for (const depth of [10, 5000, 50_000]) {
      expect(refusal(tree, JSON.parse(nested(depth)))).toMatch(/./);
      expect(refusal(z.string(), JSON.parse(nested(depth)))).toContain('expected string');
    }
  });
});
