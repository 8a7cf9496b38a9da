import { describe, expect, it } from 'vitest';
import { exploreOutside } from './support.ts';

describe('every state', () => {
  it('keeps the promises, and an end can be reached from it', { timeout: 1_800_000 }, async () => {
    const { code, output } = await exploreOutside('--config', 'small');
    const lines = output.trim().split('\n');
    expect(lines.filter((line) => !/^\w+: \d+ states, .*, closed, /.test(line))).toEqual([]);
    expect(lines).toHaveLength(9);
    expect(code).toBe(0);
  });
});

describe('a planted defect', () => {
  it.each([
    ['shared', 'the job’s id is not in the condition'],
    ['redriven', 'a redrive counts on from the attempts of its last run'],
    ['alone', 'a dead letter counts as sent before it is'],
  ])('breaks a promise, %s: %s', { timeout: 1_800_000 }, async (configuration, defect) => {
    const { code, output } = await exploreOutside('--config', configuration, '--mutant', defect);
    expect(output).toMatch(/receives m\d(.|\n)*BROKEN: /);
    expect(code).toBe(1);
  });
});
