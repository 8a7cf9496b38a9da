import { toItem } from '../../../lib/aws/marshal.ts';
import { breakerId } from '../../../lib/contract/definition/breaker.ts';
import type { BreakerItem } from '../../../lib/contract/protocol/breaker-item.ts';
import type { Fleet } from '../fleet.ts';
import { bench } from '../job/definition.ts';
import type { Opening } from './criteria.ts';
import { type EngineOutage, engineOutage } from './engine.ts';
import type { OutageOptions } from './outage.ts';

/** What the run of a job type with a breaker shows beyond an outage. */
export interface Drill extends EngineOutage {
  /** When each attempt started, in seconds. */
  readonly starts: readonly number[];
  /** When the breaker was open. */
  readonly openings: readonly Opening[];
}

/** The outage with the real engine, and what the breaker's item said at the end of each batch. */
export async function drillOutage(options: OutageOptions): Promise<Drill> {
  const starts: number[] = [];
  const openings: Opening[] = [];
  const outage = await engineOutage(options, {
    onStart: (second) => starts.push(second),
    onBatch: ({ jobs }, startMs) => note(openings, breakerIn(jobs), startMs),
  });
  return { ...outage, starts, openings };
}

function breakerIn(jobs: Fleet['jobs']): BreakerItem | undefined {
  const raw = jobs.get({ id: { S: breakerId(bench.type) } });
  return raw && toItem<BreakerItem>(raw);
}

function note(openings: Opening[], found: BreakerItem | undefined, startMs: number): void {
  if (found?.openedAt === undefined) return;
  const second = (atMs: number) => (atMs - startMs) / 1000;
  const [openedAt, last] = [second(found.openedAt), openings.at(-1)];
  const isNew = last?.openedAt !== openedAt;
  const { state, closedAt } = found;
  if (state === 'open' || closedAt === undefined) {
    if (isNew) openings.push({ openedAt });
  } else if (isNew || last.closedAt === undefined) {
    openings.splice(isNew ? openings.length : -1, 1, { openedAt, closedAt: second(closedAt) });
  }
}
