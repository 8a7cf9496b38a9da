import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import { importRules } from './import-rules.ts';

const ROOMS = ['bin', 'functions', 'lib', 'localstack'];

async function look(): Promise<ICruiseResult> {
  const { forbidden, options } = importRules;
  const { output } = await cruise(ROOMS, { ...options, ruleSet: { forbidden }, validate: true });
  if (typeof output === 'string') throw new TypeError('the cruiser answered text');
  return output;
}

describe('imports', () => {
  it('go one way through the house', async () => {
    const { summary, modules } = await look();
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    // An import checker that cannot read TypeScript passes on nothing.
    const read = modules.filter(({ source, dependencies }) => source.endsWith('.ts') && dependencies.length > 0);
    for (const room of ['lib/contract', 'lib/engine', 'lib/infra', 'functions', 'localstack']) {
      expect(read.filter(({ source }) => source.startsWith(`${room}/`)).length, room).toBeGreaterThan(0);
    }
  });
});
