import { expect, test } from 'vitest';
import type { JobDefinition } from '../../../../lib/contract/definition/job-definition.ts';
import { doctor, type Finding } from '../../../../lib/operator/index.ts';
import { outgoing } from '../../../support/factories.ts';
import { defineProbe } from '../../../support/probe.ts';
import { deployed, type There } from '../support/doctor.ts';

const SETTINGS = { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * 24 * 3600 };
const schedule = [{ name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: { do: 'complete' } }] as const;

/** A stage with the queue of a type's ticks. */
function withQueue(type: string) {
  const there = deployed();
  return { there, queue: there.world.sqs.createQueue(`sluice-test-${type}_schedules-dlq`, SETTINGS) };
}

async function look({ stage }: There, definitions: readonly JobDefinition[], endpoint?: string): Promise<Finding[]> {
  const given = endpoint === undefined ? stage : { ...stage, endpoint };
  return (await doctor(given, { definitions })).filter(({ check }) => check === 'schedule queues');
}

test.each([
  ['a retired type', defineProbe({ retired: true, schedule })],
  ['a type whose definition has no schedule any more', defineProbe()],
])('of %s the queue is left, and deleted once its stack has no schedule', async (_, definition) => {
  const { there, queue } = withQueue('probe');
  expect(await look(there, [definition])).toEqual([
    {
      ...{
        level: 'note',
        check: 'schedule queues',
        what: 'sluice-test-probe_schedules-dlq is left, and probe has no schedule',
      },
      todo: `once sluice-test-probe is deployed like that: aws sqs delete-queue --queue-url ${queue.url}`,
    },
  ]);
});

test('of a type that is gone it is left, with the ticks that it holds', async () => {
  const { there, queue } = withQueue('gone');
  for (const id of ['m1', 'm2']) queue.add(outgoing('{}'), id);
  expect(await look(there, [defineProbe()])).toEqual([
    {
      ...{ level: 'note', check: 'schedule queues' },
      what: 'sluice-test-gone_schedules-dlq is left, and gone is not deployed: it holds 2 ticks that could not be sent',
      todo: `aws sqs delete-queue --queue-url ${queue.url}`,
    },
  ]);
});

test.each([
  ['its type has schedules', 'probe', [defineProbe({ schedule })]],
  ['its type is deployed and unknown here', 'probe', []],
])('where %s it is in use', async (_, type, definitions) => {
  expect(await look(withQueue(type).there, definitions)).toEqual([]);
});

test('a local stage deletes it by itself', async () => {
  expect(await look(withQueue('gone').there, [defineProbe()], 'http://127.0.0.1:4566')).toEqual([]);
});
