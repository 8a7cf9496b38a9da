import { expect, test } from 'vitest';
import { doctor, type Finding } from '../../../../lib/operator/index.ts';
import { type ControlPlane, makeControlPlane } from '../../../support/control-plane.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

function deployed(): { world: World; plane: ControlPlane } {
  const world = makeWorld({ definition: defineProbe({ retired: true }) });
  return { world, plane: makeControlPlane('probe', world.clock.now()) };
}

async function look(there: ReturnType<typeof deployed>, endpoint?: string): Promise<Finding[]> {
  const { world, plane } = there;
  const stage = { ...stageOf(world, plane.aws), ...(endpoint !== undefined && { endpoint }) };
  const findings = await doctor(stage, { definitions: [world.definition, defineProbe()] });
  return findings.filter(({ check }) => check === 'retired types');
}

const DELETE =
  'aws cloudformation delete-stack --stack-name sluice-test-probe && aws cloudformation wait stack-delete-complete --stack-name sluice-test-probe';

test('an empty retired type may be removed, by these commands', async () => {
  const todo = `to remove it: ${DELETE}; then delete its folder and take it out of the catalogue`;
  expect(await look(deployed())).toEqual([{ level: 'note', check: 'retired types', what: 'probe is empty', todo }]);
});

test('of a stage that keeps data, its stack is unprotected first and its queues are deleted last', async () => {
  const there = deployed();
  there.plane.isProtected.add('sluice-test-probe');
  const [finding] = await look(there);
  const [first, ...others] = finding?.todo?.replace('to remove it: ', '').split(' && ') ?? [];
  expect(first).toBe(
    'aws cloudformation update-termination-protection --stack-name sluice-test-probe --no-enable-termination-protection',
  );
  expect(others.slice(0, 2).join(' && ')).toBe(DELETE);
  expect(others.slice(2)).toEqual([
    expect.stringMatching(/^aws sqs delete-queue --queue-url \S+\/sluice-test-probe$/),
    expect.stringMatching(/^aws sqs delete-queue --queue-url \S+\/sluice-test-probe-dlq; then delete its folder/),
  ]);
});

test('on an emulator it goes with its line of the catalogue', async () => {
  const [finding] = await look(deployed(), 'http://127.0.0.1:4566');
  expect(finding?.todo).toBe('delete its folder and take it out of the catalogue');
});

test('what waits, runs or is parked is counted, and waited for', async () => {
  const there = deployed();
  const { world } = there;
  world.send({ id: 'parked', runAt: new Date(world.clock.now() + 600_000).toISOString() });
  await world.drain();
  world.send({ id: 'runs', payload: { do: 'retryAfter', seconds: 50 } });
  await world.deliver();
  world.send({ id: 'waits' });
  expect(await look(there)).toMatchObject([
    {
      level: 'note',
      what: 'probe still has 1 waiting, 1 in flight, 1 parked',
      todo: 'npx sluice drain probe --stage test waits for it',
    },
  ]);
});

test('dead letters are jobs that somebody may want: they are decided upon first', async () => {
  const there = deployed();
  there.world.send({ id: 'a', payload: { do: 'permanent' } });
  await there.world.drain();
  expect(await look(there)).toMatchObject([
    {
      what: 'probe still has 1 dead letters',
      todo: expect.stringMatching(
        /^npx sluice dead probe --stage test; then npx sluice dlq redrive probe --stage test or/,
      ),
    },
  ]);
});

test('a retired type that is not deployed is taken out of the catalogue, and is no missing stack', async () => {
  const { world, plane } = deployed();
  const other = { ...world.definition, type: 'gone' };
  const findings = await doctor(stageOf(world, plane.aws), { definitions: [defineProbe(), other] });
  expect(findings.filter(({ what }) => what.includes('gone'))).toMatchObject([
    { level: 'note', what: 'gone is not deployed', todo: expect.stringContaining('the catalogue') },
  ]);
});
