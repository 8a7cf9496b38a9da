import { lateOfRetries } from '../precision/retries.ts';
import { type Measured, type Row, verdict } from '../row.ts';
import { seeded } from '../seeded.ts';
import { percentile } from '../stats.ts';

const RETRIES = 2000;
const MAX_LATE_MS = 1500;
const MAX_EARLY_MS = 500;
const [MIN_DELAY_S, MAX_DELAY_S] = [1, 35 * 60];

/** When a retry starts against when it was due: delays of 1 s to 35 min, in virtual time, the real engine throughout. */
export const precision: Row = {
  name: 'precision',
  async measure(): Promise<Measured[]> {
    const random = seeded(7);
    // Even on a logarithmic scale: as many retries within a minute as of half an hour.
    const delayS = () => MIN_DELAY_S * (MAX_DELAY_S / MIN_DELAY_S) ** random();
    const late = await lateOfRetries({ count: RETRIES, random, delaySecondsOf: delayS, seconds: 45 * 60 });
    const [p99, earliest] = [percentile(late, 0.99), Math.min(...late)];
    const met = late.length === RETRIES && p99 <= MAX_LATE_MS && earliest >= -MAX_EARLY_MS;
    return [
      {
        what: `precision: start minus due, ${RETRIES.toLocaleString('en')} retries after ${MIN_DELAY_S} s to 35 min, simulated`,
        baseline: '—',
        figure: `p50 ${Math.round(percentile(late, 0.5))} ms, p99 ${Math.round(p99)} ms (${late.length.toLocaleString('en')} started)`,
        spread: `${Math.round(earliest)}–${Math.round(Math.max(...late))} ms`,
        budget: `p99 ≤ ${MAX_LATE_MS} ms, never more than ${MAX_EARLY_MS} ms early`,
        verdict: verdict(met),
      },
    ];
  },
};
