import { describe, expect, it } from 'vitest';
import { makeTally } from './progress.ts';

function setUp({ isTTY = false } = {}) {
  const time = { ms: 0 };
  const [written, failures]: [string[], string[]] = [[], []];
  const to = { isTTY, write: (text: string) => written.push(text) };
  const fails = (failure: string) => void failures.push(failure);
  const tally = makeTally({ seeds: 500, from: 7, to, fails, now: () => time.ms });
  const pass = (seconds: number, done = 100) => {
    time.ms += seconds * 1000;
    tally.report({ done });
  };
  return { tally, pass, written, failures };
}

describe('progress', () => {
  it('is a line every 30 s where no terminal is', () => {
    const { tally, pass, written } = setUp();
    for (const seconds of [10, 15, 6, 29, 2]) pass(seconds);
    tally.end();
    expect(written).toEqual([
      '300 of 500 schedules from 7, 0 broken, 31.0 s\n',
      '500 of 500 schedules from 7, 0 broken, 62.0 s\n',
    ]);
  });

  it('is one line that is written anew on a terminal', () => {
    const { tally, pass, written } = setUp({ isTTY: true });
    pass(1);
    pass(1);
    tally.end();
    expect(written).toEqual([
      '\r100 of 500 schedules from 7, 0 broken, 1.0 s ',
      '\r200 of 500 schedules from 7, 0 broken, 2.0 s ',
      '\n',
    ]);
  });

  it('reports a failure at once, and counts it', () => {
    const { tally, failures, written } = setUp();
    tally.report({ seed: 9, failure: 'seed 9: lost' });
    expect(failures).toEqual(['seed 9: lost']);
    expect([tally.done, tally.broken, written]).toEqual([0, 1, []]);
    expect(tally.summary()).toBe('0 of 500 schedules from 7, 1 broken, 0.0 s');
  });
});
