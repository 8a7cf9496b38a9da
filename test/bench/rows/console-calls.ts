import { callsOf, countOverview, dollarsOpen, LOOK_BEFORE, LOOKS_A_MINUTE } from '../count/overview.ts';
import { type Measured, type Row, verdict } from '../row.ts';

const TYPES = 50;
const HOURS = 8;
const MINUTE_MS = 60_000;
/** Of what twelve looks of `queues` made. */
export const MAX_SHARE = 0.25;
export const MAX_DOLLARS = 1;

/** What an Overview that stays open has AWS do: counted, so that it is the same on every machine. */
export const consoleCalls: Row = {
  name: 'console-calls',
  async measure(): Promise<Measured[]> {
    const counted = await countOverview({ types: TYPES, whileMs: MINUTE_MS });
    const before = LOOK_BEFORE * LOOKS_A_MINUTE;
    const share = callsOf(counted) / before;
    const dollars = await dollarsOpen({ types: TYPES, hours: HOURS });
    const sum = Object.values(dollars).reduce((a, b) => a + b, 0);
    return [
      {
        what: `calls of a minute of the console's Overview with ${TYPES} types in view`,
        baseline: `${LOOKS_A_MINUTE} looks of queues() at 537682d: ${before.toLocaleString('en')}`,
        figure: `${share.toFixed(2)} (${shown(counted.calls)})`,
        spread: '—',
        budget: `≤ ${MAX_SHARE}`,
        verdict: verdict(share <= MAX_SHARE),
      },
      {
        what: `dollars of ${HOURS} hours of it, with 10,000 dead and 10,000 parked jobs`,
        baseline: 'list price of the calls of an hour',
        figure: `$${sum.toFixed(2)} (${shown(Object.entries(dollars).map(([of, one]) => [of, one.toFixed(3)] as const))})`,
        spread: '—',
        budget: `≤ $${MAX_DOLLARS}`,
        verdict: verdict(sum <= MAX_DOLLARS),
      },
    ];
  },
};

const shown = (parts: Iterable<readonly [string, number | string]>): string =>
  [...parts].map(([what, count]) => `${count} ${what}`).join(', ');
