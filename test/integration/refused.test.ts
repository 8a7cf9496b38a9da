import { describe, expect, it } from 'vitest';
import { attributesOf, deadLetters, envelope, itemOf, newId, reaches, send } from './support/world.ts';

const complete = [{ do: 'complete' as const }];
const far = new Date(Date.now() + 2 * 365 * 24 * 3600 * 1000).toISOString();

/** Bodies that no job can be made of: each becomes a dead letter with its reason, and nothing of it runs (row `invalid`). */
const BODIES: readonly [what: string, body: (id: string) => string, message: RegExp][] = [
  ['not JSON', () => 'hello', /not JSON/],
  ['JSON that is no object', () => '[1, 2]', /must be a JSON object, got an array/],
  ['null', () => 'null', /got null/],
  ['no payload', (id) => JSON.stringify({ id }), /no "payload"/],
  ['another type', (id) => envelope(id, complete, { type: 'send-email' }), /"type" must be "probe"/],
  ['a malformed id', () => envelope('a b', complete), /"id" must be 1 to 128/],
  ['an id that is a number', () => JSON.stringify({ id: 7, payload: { steps: complete } }), /"id" must be/],
  ['maxAttempts 0', (id) => envelope(id, complete, { maxAttempts: 0 }), /"maxAttempts" must be .* got 0/],
  ['maxAttempts 101', (id) => envelope(id, complete, { maxAttempts: 101 }), /"maxAttempts" must be .* got 101/],
  ['runAt in words', (id) => envelope(id, complete, { runAt: 'tomorrow' }), /"runAt" must be a time/],
  ['runAt two years ahead', (id) => envelope(id, complete, { runAt: far }), /"runAt" must be at most one year ahead/],
  ['an unknown field', (id) => envelope(id, complete, { maxAtempts: 3 }), /did you mean "maxAttempts"/],
  ['a reserved field', (id) => envelope(id, complete, { tags: [] }), /"tags" is reserved/],
  ['a __proto__ field', (id) => `{"id":"${id}","payload":{},"__proto__":{"type":"x"}}`, /"__proto__" is not a field/],
];

describe.concurrent('a body that is refused', () => {
  it.each(BODIES)('%s', async (_what, makeBody, message) => {
    const id = newId();
    const body = makeBody(id);
    const messageId = await send(body);
    // A valid name of the body's own names the dead job.
    const jobId = body.includes(`"id":"${id}"`) ? id : messageId;
    const item = await reaches(jobId, ['DEAD']);
    expect(item).toMatchObject({ jobId, attempts: 0, reason: 'InvalidMessage' });
    expect(item.error?.message).toMatch(message);
    const [deadLetter] = await deadLetters(jobId);
    expect(deadLetter?.Body).toBe(body);
    expect(deadLetter && attributesOf(deadLetter)).toMatchObject({
      jobId,
      jobType: 'probe',
      run: '1',
      reason: 'InvalidMessage',
      attempts: '0',
    });
  });

  it('keeps the name that its attribute gives it', async () => {
    const jobId = newId();
    await send('hello', { attributes: { sluice: { DataType: 'String', StringValue: JSON.stringify({ id: jobId }) } } });
    await reaches(jobId, ['DEAD']);
    expect(await deadLetters(jobId)).toHaveLength(1);
  });
});

describe.concurrent('a payload that its schema refuses', () => {
  it.each([
    ['a missing field', {}],
    ['a wrong value', { steps: [{ do: 'dance' }] }],
    ['no object', 'steps'],
  ])('%s', async (_what, payload) => {
    const id = newId();
    await send(JSON.stringify({ id, payload }));
    expect(await reaches(id, ['DEAD'])).toMatchObject({ attempts: 0, reason: 'InvalidPayload' });
    const [deadLetter] = await deadLetters(id);
    expect(deadLetter && attributesOf(deadLetter)).toMatchObject({
      reason: 'InvalidPayload',
      errorName: 'InvalidPayloadError',
    });
  });

  it('__proto__ in a payload is data, not a prototype', async () => {
    const id = newId();
    await send(`{"id":"${id}","payload":{"steps":[{"do":"complete","result":{"__proto__":{"polluted":true},"a":1}}]}}`);
    const item = await reaches(id, ['COMPLETED', 'DEAD']);
    expect(item.status).toBe('COMPLETED');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await itemOf(id)).toBeDefined();
  });
});
