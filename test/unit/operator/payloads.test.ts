import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { OperatorS3 } from '../../../lib/aws/payloads.ts';
import { checkCorrectedPayload, job, redrive, send, sendLines, show } from '../../../lib/operator/index.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { makeMemoryS3 } from '../../support/memory-s3.ts';
import { makeWorld } from '../../support/world.ts';
import { shortPolling, stageOf } from './support/stage.ts';

const REGION = 'eu-west-1';

/** A stage whose queues' URLs name the account, with or without a bucket. */
function makeStage({ hasBucket = true } = {}) {
  const s3 = makeMemoryS3();
  const world = makeWorld();
  const account = world.queue.url.split('/').at(-2);
  const bucket = `sluice-test-payloads-${account}-${REGION}`;
  const operator: OperatorS3 = {
    ...s3.client,
    async headBucket({ Bucket }) {
      if (!hasBucket || Bucket !== bucket) throw awsError('NotFound', 'there is none', 404);
      return {};
    },
    region: async () => REGION,
  };
  const payloads = { s3: s3.client, bucket };
  const consumer = makeWorld({ payloads });
  const stage = stageOf(consumer, { s3: operator });
  return { world: consumer, stage, s3, bucket, deps: { stage, sqs: shortPolling(consumer.sqs) } };
}

const payload = (fields: object) => ({ ...fields, filler: 'x'.repeat(300_000) });
const text = (fields: object) => JSON.stringify(payload(fields));
const refOf = (json: string, days: number) => {
  const sha256 = hash('sha256', json, 'hex');
  return { key: `${days}/probe/${sha256}`, sha256, bytes: Buffer.byteLength(json) };
};

describe('a large payload', () => {
  it('that is sent goes to the bucket of a stage that has one, and is what the job runs with', async () => {
    const { world, deps, s3, bucket } = makeStage();
    await send(deps, world.definition, { id: 'a', text: text({ do: 'complete' }) });
    expect([...s3.objects.keys()]).toEqual([`${bucket}/${refOf(text({ do: 'complete' }), 30).key}`]);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
  });

  it('goes there with others, line by line', async () => {
    const { world, deps, s3 } = makeStage();
    async function* lines() {
      yield text({ do: 'complete' });
      yield '{"do":"complete"}';
    }
    const onRefused = () => Promise.reject(new Error('refused'));
    expect(await sendLines(deps, world.definition, { lines: lines(), onRefused })).toMatchObject({ sent: 2 });
    expect(s3.objects.size).toBe(1);
  });

  it('stays in its message on a stage without', async () => {
    const { world, deps, s3 } = makeStage({ hasBucket: false });
    await send(deps, world.definition, { id: 'a', text: text({ do: 'complete' }) });
    expect(JSON.parse(world.queue.messages()[0]?.body ?? '')).toMatchObject({ payload: payload({ do: 'complete' }) });
    expect(s3.objects.size).toBe(0);
  });

  it('is shown in its place in a dead letter', async () => {
    const { world, stage, deps } = makeStage();
    await send(deps, world.definition, { id: 'a', text: text({ do: 'permanent' }) });
    await world.deliver();
    const [shown] = (await show(stage, 'probe', { bodies: true })).deadLetters;
    expect(JSON.parse(shown?.body ?? '')).toMatchObject({ id: 'a', payload: payload({ do: 'permanent' }) });
    expect(JSON.parse(shown?.body ?? '')).not.toHaveProperty('payloadRef');
    const [without] = (await show(stage, 'probe')).deadLetters;
    expect(without).not.toHaveProperty('body');
  });

  it('that is gone is said to be, beside the body that says where it was', async () => {
    const { world, stage, deps, s3 } = makeStage();
    await send(deps, world.definition, { id: 'a', text: text({ do: 'permanent' }) });
    await world.deliver();
    s3.objects.clear();
    const [shown] = (await show(stage, 'probe', { bodies: true })).deadLetters;
    expect(shown).toMatchObject({
      body: expect.stringContaining('payloadRef'),
      unread: 'the payload is gone: its object was kept 30 days',
    });
  });

  it('of a parked job is shown with the rest, if it is asked for', async () => {
    const { world, stage, deps } = makeStage();
    const runAt = new Date(world.clock.now() + 7_200_000).toISOString();
    await send(deps, world.definition, { id: 'a', runAt, text: text({ do: 'complete' }) });
    await world.deliver();
    const name = { type: 'probe', key: 'a' };
    const { item } = await job(stage, name, { payload: true });
    expect(JSON.parse(item.envelope?.body ?? '')).toMatchObject({ payload: payload({ do: 'complete' }) });
    expect((await job(stage, name)).item).not.toHaveProperty('envelope');
  });

  it('is redriven as it is, and corrected in its place', async () => {
    const { world, stage, deps, s3, bucket } = makeStage();
    await send(deps, world.definition, { id: 'a', text: text({ do: 'permanent' }) });
    await world.deliver();
    expect(await redrive(stage, 'probe')).toMatchObject({ sent: 1 });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2 });
    const [shown] = (await show(stage, 'probe', { bodies: true })).deadLetters;
    const body = shown?.body?.replace('"permanent"', '"complete"') ?? '';
    const another = body.replace('"id":"a"', '"id":"another"');
    expect(await redrive(stage, 'probe', { body: another })).toMatchObject({ sent: 0 });
    expect([...s3.objects.keys()].filter((key) => key.startsWith(`${bucket}/120/`))).toEqual([]);
    await checkCorrectedPayload(world.definition, body);
    expect(await redrive(stage, 'probe', { body })).toMatchObject({ sent: 1 });
    expect(s3.objects.has(`${bucket}/${refOf(text({ do: 'complete' }), 120).key}`)).toBe(true);
    expect(world.queue.messages()[0]?.body.length).toBeLessThan(1000);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 3 });
  });
});
