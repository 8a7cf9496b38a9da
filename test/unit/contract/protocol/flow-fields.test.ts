import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { decodeEnvelope } from '../../../../lib/contract/envelope.ts';
import { flowRefusal } from '../../../../lib/contract/protocol/flow-fields.ts';

const decode = (body: object) => decodeEnvelope(JSON.stringify({ payload: 1, ...body }), 'ship', 0);

function refusal(body: object): string {
  try {
    decode(body);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

const step = { type: 'send-email', payload: { to: 'a' } };

describe('the steps that are left of a chain', () => {
  it('are taken as a producer of any language writes them', () => {
    const then = [step, { type: 'ship', payload: null, maxAttempts: 3, tenant: 'acme' }];
    expect(decode({ then }).then).toEqual(then);
  });

  it.each([
    [[], '"then" must be an array of 1 to 19 steps, got an array of 0'],
    [Array.from({ length: 20 }, () => step), '"then" must be an array of 1 to 19 steps, got an array of 20'],
    ['ship', '"then" must be an array of 1 to 19 steps, got a string'],
    [null, '"then" must be an array of 1 to 19 steps, got null'],
    [[step, 1], '"then[1]" must be an object with "type" and "payload"'],
    [[{ typ: 'ship', payload: 1 }], '"then[0].typ" is not a field of a step; did you mean "type"?'],
    [[{ type: 'ship' }], '"then[0]" has no "payload"'],
    [[{ payload: 1 }], '"then[0].type" must name a job type'],
    [[{ ...step, maxAttempts: 0 }], '"then[0].maxAttempts" must be a whole number from 1 to 100'],
    [[{ ...step, tenant: 'a b' }], '"then[0].tenant" must be 1 to 128 printable ASCII characters without spaces'],
  ])('are refused as %j', (then, said) => expect(refusal({ then })).toBe(said));

  it('are refused where the first one’s name leaves their names no room', () => {
    const then = [step];
    const long = 'x'.repeat(121);
    const wanted = "of a chain must have at most 120 characters, got 121: the later steps' are made of it";
    expect(refusal({ then, id: long })).toBe(`"id" ${wanted}`);
    expect(refusal({ then, id: 'a', key: long })).toBe(`"key" ${wanted}`);
    expect(decode({ then, id: long.slice(1) }).id).toHaveLength(120);
    // A later step has a number behind it already.
    expect(decode({ then, id: `${long}.1`, flow: { chain: { key: long, step: 1 } } }).then).toEqual(then);
  });
});

describe('the flow of a message', () => {
  const of = { type: 'report-done', key: 'nonce-1', place: 17 };

  it.each([[{ of }], [{ after: { type: 'ship', key: 'o-1' } }], [{ chain: { key: 'o-1', step: 2 } }], [{}]])(
    'is taken as Sluice writes it: %j',
    (flow) => expect(decode({ flow }).flow).toEqual(flow),
  );

  it.each([
    [[{ of: { ...of, place: 1000 } }]],
    [[{ of: { ...of, place: -1 } }]],
    [[{ of: { ...of, more: 1 } }]],
    [[{ of: { type: 'x', key: 'a b', place: 0 } }]],
    [[{ after: { type: 'ship' } }]],
    [[{ chain: { key: 'a', step: -1 } }]],
    [[{ of: null }]],
    [[null]],
    [['x']],
    [[{ other: 1 }]],
  ])('is refused in any other shape: %j', ([flow]) => {
    expect(refusal({ flow })).toBe('"flow" is Sluice\'s own: leave it out');
  });
});

describe('a job type’s part in flows', () => {
  const define = (handsOn?: readonly string[]) =>
    defineJob({ type: 'ship', payload: z.unknown(), ...(handsOn && { handsOn }) });

  it('is none without handsOn', () => {
    expect(flowRefusal({ flow: {} }, define())?.message).toBe(
      'ship is in no flow: write handsOn in its definition, and deploy',
    );
    expect(flowRefusal({}, define())).toBeUndefined();
  });

  it('names who may follow', () => {
    const then = [step];
    expect(flowRefusal({ then }, define(['send-email']))).toBeUndefined();
    expect(flowRefusal({ then }, define([]))?.message).toBe(
      'ship does not hand on to "send-email": add it to handsOn of ship, and deploy',
    );
  });

  it.each([
    ['x', 'ship: handsOn must be a list of job types, got "x"'],
    [[1], 'ship: handsOn[0] must be the name of a job type, got 1'],
    [['a', 'a'], 'ship: handsOn names "a" twice'],
  ])('is refused as %j', (handsOn, said) => {
    expect(() => define(handsOn as never)).toThrow(said);
  });
});
