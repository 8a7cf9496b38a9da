import { describe, expect, it } from 'vitest';
import { makeMemorySqs, makeVirtualClock } from '../../../lib/testing/index.ts';
import { makeDecisions } from '../../../lib/testing/simulation/decisions.ts';
import { disturb } from '../../../lib/testing/simulation/disorder.ts';
import { runSchedule } from '../../../lib/testing/simulation/schedule.ts';
import { makeSubject } from './subject.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const STALE = 'q: deletions by an older receipt handle delete nothing';
const MIXED = 'q: messages come in any order';
const ids = ['a', 'b', 'c', 'd', 'e'];

/** Five messages, received twice: their order, and how many are left once each is deleted by its first handle. */
async function live(seed: number, without: readonly string[] = []) {
  const clock = makeVirtualClock();
  const queue = makeMemorySqs(clock).createQueue('q', { visibilityTimeoutSeconds: 1, retentionSeconds: 600 });
  disturb(queue, makeDecisions(seed, new Set(without)));
  for (const id of ids) {
    queue.add({ MessageBody: id }, id);
    await clock.advance(1);
  }
  const first = queue.receive(5);
  await clock.advance(2000);
  const latest = queue.receive(5);
  for (const { receiptHandle } of first) queue.delete(receiptHandle);
  const left = queue.messages().length;
  for (const { receiptHandle } of latest) queue.delete(receiptHandle);
  return { order: first.map(({ messageId }) => messageId).join(''), left, end: queue.messages().length };
}

describe('what SQS may do with old handles and with order', () => {
  it('is drawn: it does in some schedules, and does not in others', async () => {
    const lives = await Promise.all(SEEDS.map((seed) => live(seed)));
    const ignoring = lives.filter(({ left }) => left > 0).length;
    expect(ignoring).toBeGreaterThan(10);
    expect(ignoring).toBeLessThan(30);
    const mixed = lives.filter(({ order }) => order !== 'abcde').length;
    expect(mixed).toBeGreaterThan(3);
    expect(mixed).toBeLessThan(20);
    expect(lives.map(({ end }) => end)).toEqual(SEEDS.map(() => 0));
  });

  it('can be left out, one without the other', async () => {
    for (const seed of SEEDS) {
      const both = await live(seed);
      expect(await live(seed, [STALE])).toEqual({ ...both, left: 0 });
      expect(await live(seed, [MIXED])).toMatchObject({ order: 'abcde' });
      expect(await live(seed, [STALE, MIXED])).toEqual({ order: 'abcde', left: 0, end: 0 });
    }
  });

  it('is part of the schedules that are simulated', async () => {
    const taken: string[] = [];
    for (const seed of SEEDS.slice(0, 10)) taken.push(...(await runSchedule(makeSubject, seed)).taken);
    const kinds = taken.flatMap((name) => /^sluice-sim-.*: (deletions by|messages come in)/.exec(name)?.[1] ?? []);
    expect(new Set(kinds)).toEqual(new Set(['deletions by', 'messages come in']));
  });
});
