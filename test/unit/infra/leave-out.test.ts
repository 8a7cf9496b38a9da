import { expect, test } from 'vitest';
import { METRIC_MATH } from '../../../lib/infra/leave-out.ts';
import { LEFT_OUT } from '../../../localstack/gaps.ts';
import { synthesize, type Templates } from '../../fidelity/templates/synth.ts';

const inAll = ({ ...templates }: Templates) =>
  Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, { Type, Properties }]) => ({
      id: `${stack}/${id}`,
      type: Properties !== undefined && 'Metrics' in Properties && Type.endsWith('::Alarm') ? METRIC_MATH : Type,
    })),
  );

test('a local deploy leaves out exactly what is on the list, and nothing refers to it', async () => {
  const settings = { stage: 'dev', emulator: 'embedded' };
  const whole = inAll(await synthesize(settings));
  const local = await synthesize({ ...settings, leaveOut: LEFT_OUT.join(',') });
  const kept = new Set(inAll(local).map(({ id }) => id));
  const missing = whole.filter(({ id }) => !kept.has(id));
  expect([...new Set(missing.map(({ type }) => type))].toSorted()).toEqual([...LEFT_OUT].toSorted());
  expect(missing).toEqual(whole.filter(({ type }) => (LEFT_OUT as readonly string[]).includes(type)));
  for (const { id } of missing) expect(JSON.stringify(local)).not.toContain(`"${id.split('/')[1]}"`);
}, 120_000);

test('a deploy to AWS leaves out nothing', async () => {
  const types = inAll(await synthesize({ stage: 'prod' })).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining([...LEFT_OUT]));
});

test('a type that the app does not have is refused', async () => {
  await expect(synthesize({ leaveOut: 'AWS::CloudWatch::Alarms' })).rejects.toThrow(
    'leaveOut: the app has no AWS::CloudWatch::Alarms',
  );
});
