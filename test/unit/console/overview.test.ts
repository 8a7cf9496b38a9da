import { describe, expect, test } from 'vitest';
import type { Overview } from '../../../lib/console/api.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { served } from './support/served.ts';

describe('the overview', () => {
  test('shows each part, as of when it was read', async () => {
    const { world, plane, get } = await served();
    world.send({ id: 'dies', payload: { do: 'permanent' } });
    await world.drain();
    world.send({ id: 'waits' });
    plane.ages.set('sluice-test-probe', [90]);
    const asOfMs = world.clock.now();
    expect(await get('/api/overview')).toEqual({
      counts: { data: [{ type: 'probe', depth: 1, inFlight: 0, delayed: 0 }], asOfMs },
      deadLetters: { data: [{ type: 'probe', dlq: 1 }], asOfMs },
      states: { data: { probe: 'running' }, asOfMs },
      lists: { data: [{ type: 'probe', parked: 0, dead: 1, parkedMore: false, deadMore: false }], asOfMs },
      ages: { data: { probe: 90 }, asOfMs },
      alarms: { data: [expect.objectContaining({ name: 'sluice-test-probe-dead-letters', state: 'OK' })], asOfMs },
    });
  });

  test('costs two tabs as much as one', async () => {
    const { plane, call } = await served();
    await Promise.all([call('/api/overview'), call('/api/overview')]);
    const names = plane.calls.map(({ name }) => name).toSorted();
    expect(names).toEqual(['DescribeAlarms', 'GetMetricData', 'ListEventSourceMappings']);
  });

  test('reads a part that is old, and leaves the others', async () => {
    const { world, plane, call } = await served();
    await call('/api/overview');
    const before = plane.calls.length;
    await world.clock.advance(5_000);
    await call('/api/overview');
    expect(plane.calls).toHaveLength(before);
    await world.clock.advance(25_000);
    await call('/api/overview');
    expect(
      plane.calls
        .slice(before)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...['DescribeAlarms', 'ListEventSourceMappings']]);
  });

  test('says what keeps one part away beside what the others have', async () => {
    const denied = awsError('AccessDeniedException', 'User: x is not authorized to perform: cloudwatch:DescribeAlarms');
    const { get } = await served({ aws: { cloudWatch: { send: () => Promise.reject(denied) } } });
    const overview = (await get('/api/overview')) as Overview;
    expect(overview.alarms).toEqual({
      trouble: {
        ...{
          kind: 'denied',
          action: 'cloudwatch:DescribeAlarms',
          message: expect.stringContaining('a right is missing'),
        },
        todo: expect.stringContaining('sluice-test-read'),
      },
    });
    expect(overview.counts.data).toHaveLength(1);
  });

  test('of a stage that is not there says which are', async () => {
    const sqs = { send: () => Promise.resolve({ QueueUrls: ['https://sqs/0/sluice-prod-probe'] }) };
    const { get } = await served({ aws: { sqs: sqs as never } });
    const { alarms: _, ...parts } = (await get('/api/overview')) as Overview;
    for (const part of Object.values(parts)) {
      expect(part).toEqual({ trouble: { kind: 'missing', message: expect.stringContaining('stages there: prod') } });
    }
  });
});

test('credentials that have expired are read anew, without a restart', async () => {
  const expired = { send: () => Promise.reject(awsError('ExpiredTokenException', 'expired')) };
  const connected: number[] = [];
  const working = await served();
  const { stage } = working;
  const aws = { ...stage.aws, sqs: expired };
  const { world, get } = await served({
    aws: aws as never,
    connect: () => {
      connected.push(1);
      return { aws: stage.aws, sqs: working.world.sqs.client };
    },
  });
  const first = (await get('/api/overview')) as Overview;
  expect(first.counts.trouble).toMatchObject({ kind: 'expired', todo: 'sign in again: aws sso login' });
  await world.clock.advance(5_000);
  expect(((await get('/api/overview')) as Overview).counts.data).toHaveLength(1);
  expect(connected).toEqual([1]);
});
