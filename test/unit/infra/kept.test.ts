import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTINGS, synthesize } from '../../fidelity/templates/synth.ts';

const PAGE = readFileSync(new URL('../../../lib/infra/job/README.md', import.meta.url), 'utf8');
/** What the page says of each kept type: its identifier, and how it comes back. */
const SAID = new Map(
  [...PAGE.matchAll(/^\| `(AWS::\w+::\w+)` \| `(\w+)`[^|]*\| `(cdk [^`]+)` \|$/gm)].map(([, type, identifier, way]) => [
    type,
    { identifier: identifier ?? '', way },
  ]),
);

const kept = (await Promise.all([SETTINGS.prod, SETTINGS.keys].map((settings) => synthesize(settings)))).flatMap(
  (all) =>
    Object.values(all).flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete'),
    ),
);

it('the page names every type of resource that a stage keeps, and no other', () => {
  expect([...new Set(kept.map(({ Type }) => Type))].sort()).toEqual([...SAID.keys()].sort());
});

it('each is kept by a policy that an import takes', () => {
  const policies = new Set(kept.map(({ DeletionPolicy }) => DeletionPolicy));
  expect([...policies].filter((policy) => policy !== 'Retain' && policy !== 'RetainExceptOnCreate')).toEqual([]);
});

it('what comes back by itself names its identifier in the template, and nothing else does', () => {
  for (const { Type, Properties = {} } of kept) {
    const { identifier = '', way } = SAID.get(Type) ?? {};
    const isNamed = typeof Properties[identifier] === 'string';
    expect(way, `${Type} ${JSON.stringify(Properties[identifier])}`).toBe(
      isNamed ? 'cdk deploy --import-existing-resources' : 'cdk import',
    );
  }
});
