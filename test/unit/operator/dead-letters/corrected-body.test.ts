import { describe, expect, test } from 'vitest';
import { checkCorrectedPayload, redrive } from '../../../../lib/operator/index.ts';
import { envelope, outgoing } from '../../../support/factories.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };
const CORRECTED = { do: 'complete', result: 'corrected' };

/** A redrive of one job with a corrected body, and what ended it. */
async function corrected(world: World, key: string, body: string) {
  await world.clock.advance(1000);
  const { sent, received } = await redrive(stageOf(world), 'probe', { filter: { key }, body, ...FAST });
  return { sent, failure: received.failure as Error | undefined };
}

test('a refused body that came under another job’s name may keep that name', async () => {
  const world = makeWorld();
  world.send({ id: 'a' });
  await world.drain();
  const messageId = world.send({ id: 'a', payload: { do: 'nothing' } });
  await world.drain();
  expect(await corrected(world, messageId, envelope({ id: 'a', payload: CORRECTED }))).toEqual({ sent: 1 });
  await world.drain();
  expect(world.job(messageId)).toMatchObject({ status: 'COMPLETED', result: 'corrected' });
});

test('but neither half of it', async () => {
  const world = makeWorld();
  world.send({ id: 'a', key: 'k' });
  await world.drain();
  const messageId = world.send({ id: 'a', key: 'k', payload: { do: 'nothing' } });
  await world.drain();
  for (const half of [{ id: 'a' }, { key: 'k' }, { id: 'a', key: 'other' }, { id: 'other', key: 'k' }]) {
    const { sent, failure } = await corrected(world, messageId, envelope({ ...half, payload: CORRECTED }));
    expect([sent, failure?.message]).toEqual([0, expect.stringContaining(`must be "${messageId}" (or left out`)]);
  }
});

test('a body that was refused for a field of its own is corrected under its own name', async () => {
  const world = makeWorld();
  world.send({ id: 'a', maxAtempts: 3 });
  await world.drain();
  expect(await corrected(world, 'a', envelope({ id: 'a', payload: CORRECTED }))).toEqual({ sent: 1 });
  await world.drain();
  expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
});

test('a corrected body may leave out the names', async () => {
  const world = makeWorld();
  world.send({ id: 'a', payload: { do: 'permanent' } });
  await world.drain();
  expect(await corrected(world, 'a', envelope({ payload: CORRECTED }))).toEqual({ sent: 1 });
});

test('a message that SQS moved goes back as it is', async () => {
  const world = makeWorld();
  world.deadLetters.add(outgoing(envelope({ id: 'a' })), 'm');
  const { sent, failure } = await corrected(world, 'a', envelope({ id: 'a', payload: CORRECTED }));
  expect([sent, String(failure)]).toEqual([
    0,
    'CorrectedBodyError: message m was moved by SQS, its job is not dead: send it back as it is',
  ]);
});

test('a body that the schema takes is accepted', async () => {
  const body = envelope({ id: 'a', payload: CORRECTED });
  expect(await checkCorrectedPayload(makeWorld().definition, body)).toBeUndefined();
});

test.each([
  ['{"payload":', /^the corrected body is refused: the body is not JSON: it ends at column 12, and more must follow$/],
  ['{"id":"a"}', /^the corrected body is refused: the body has no "payload"$/],
  ['{"payload":{"do":"nothing"}}', /^the corrected body is refused: payload\.do/],
])('%s is refused, and the refusal is its cause', async (body, said) => {
  const refused = checkCorrectedPayload(makeWorld().definition, body);
  await expect(refused).rejects.toMatchObject({ name: 'CorrectedBodyError', message: expect.stringMatching(said) });
  await expect(refused).rejects.toMatchObject({
    cause: { name: expect.stringMatching(/^Invalid(Message|Payload)Error$/) },
  });
});

describe('of a flow’s job, a corrected body keeps what it says of the flow:', () => {
  const then = [{ type: 'probe', payload: { do: 'complete', result: 1 } }];
  const followed = (then: readonly object[]) => ({ then });
  const flow = { of: { type: 'probe', key: 'f', place: 3 }, after: { type: 'probe', key: 'p' } };

  async function died(fields: object, handsOn: string[] | undefined = ['probe']): Promise<World> {
    const world = makeWorld({ definition: defineProbe(handsOn && { handsOn }) });
    world.send({ id: 'a', payload: { do: 'permanent' }, ...fields });
    await world.drain();
    expect(world.job('a')?.status).toBe('DEAD');
    return world;
  }
  const KEPT = 'the corrected body must keep "then" and "flow" as they were';

  test.each([
    ['neither', { then, flow }, {}],
    ['no then', { then, flow }, { flow }],
    ['no flow', { then, flow }, { then }],
    ['another place', { flow }, { flow: { ...flow, of: { ...flow.of, place: 4 } } }],
    ['another step', { then }, followed([{ ...then[0], payload: { do: 'complete', result: 2 } }])],
    ['a flow that there was not', {}, { flow }],
    ['a step that there was not', {}, { then }],
  ])('%s is refused, and the dead letter stays', async (_, before, after) => {
    const world = await died(before);
    const { sent, failure } = await corrected(world, 'a', envelope({ id: 'a', payload: CORRECTED, ...after }));
    expect([sent, failure?.name, failure?.message]).toEqual([0, 'CorrectedBodyError', KEPT]);
    expect(world.deadLetters.messages()).toHaveLength(1);
  });

  test('with both as they were it goes back, in whatever order their fields are', async () => {
    const world = await died({ then, flow });
    const { place, key, type } = flow.of;
    const same = { flow: { after: flow.after, of: { place, key, type } }, then };
    expect(await corrected(world, 'a', envelope({ ...same, id: 'a', payload: CORRECTED }))).toEqual({ sent: 1 });
  });

  test.each([
    ['then', followed([{ typ: 'probe', payload: 1 }]), { then }],
    ['then', followed([]), {}],
    ['flow', { flow: { mine: 1 } }, {}],
  ])('a "%s" that was refused itself is what is corrected: %j', async (_, before, after) => {
    const world = await died(before);
    expect(await corrected(world, 'a', envelope({ id: 'a', payload: CORRECTED, ...after }))).toEqual({ sent: 1 });
  });
});
