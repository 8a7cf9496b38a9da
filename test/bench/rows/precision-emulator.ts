import { type Emulator, EmulatorError, startEmulator } from '../../../localstack/emulator.ts';
import { measureStarts, type Start } from '../precision/emulated.ts';
import type { Tick } from '../precision/ticks.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { percentile, spread } from '../stats.ts';

const JOBS = 300;
const [MIN_DELAY_S, MAX_DELAY_S] = [1, 180];
/** Coprime to the number of jobs: each batch has short and long delays. */
const STRIDE = 37;
const MAX_LATE_MS = 1500;
const MAX_EARLY_MS = 500;
const WHAT = 'precision on the emulator: start minus due';
const BUDGET = `p99 ≤ ${MAX_LATE_MS} ms, never more than ${MAX_EARLY_MS} ms early`;

/** The deployed stacks on the embedded emulator: its SQS, its event source and EventBridge's tick, in real time. */
export const precisionEmulator: Row = {
  name: 'precision-emulator',
  async measure({ skipEmulator }: Bench): Promise<Measured[]> {
    if (skipEmulator) return [skipped('--skip-emulator')];
    const emulator = await start();
    if (emulator instanceof EmulatorError) return [skipped(emulator.message)];
    try {
      const delays = Array.from({ length: JOBS }, (_, i) => MAX_DELAY_S ** (((i * STRIDE) % JOBS) / (JOBS - 1)));
      const { starts, ticks } = await measureStarts(emulator, delays);
      for (const start of starts) if (start.lateMs > MAX_LATE_MS) console.error('  late:', JSON.stringify(start));
      return [
        line(`in place, ${MIN_DELAY_S} to 60 s`, starts, ({ parked }) => !parked),
        line(`parked 60 to ${MAX_DELAY_S} s, ${released(ticks)}`, starts, ({ parked }) => parked),
      ];
    } finally {
      await emulator.stop();
    }
  },
};

/** @returns the error, where none can be started here */
async function start(): Promise<Emulator | EmulatorError> {
  try {
    return await startEmulator({ force: 'embedded', log: (text) => console.error(`  ${text}`) });
  } catch (error) {
    if (error instanceof EmulatorError) return error;
    throw error;
  }
}

const skipped = (why: string): Measured => ({
  what: WHAT,
  baseline: '—',
  figure: `skipped: ${why.replaceAll('\n', ' ')}`,
  spread: '—',
  budget: BUDGET,
  verdict: 'skipped',
});

/** A job that is parked right after a tick is released by the next: one that comes late can be too late for it. */
function released(ticks: readonly Tick[]): string {
  const gaps = ticks.slice(1).map(({ startedAtMs }, i) => (startedAtMs - (ticks[i]?.startedAtMs ?? 0)) / 1000);
  const late = Math.max(...ticks.map(({ latenessMs }) => latenessMs));
  const how = late === 0 ? 'each in time' : `one ${late} ms late`;
  return `released by a rule that ticked ${spread(gaps, 1)} s apart, ${how}`;
}

/** The budget is held against what the event source was awake for; all starts count against the other half, and none may be missing. */
function line(which: string, all: readonly Start[], of: (start: Start) => boolean): Measured {
  const starts = all.filter(of);
  const late = (poller: Start['poller']) => starts.filter((s) => s.poller === poller).map(({ lateMs }) => lateMs);
  const [woken, own] = [late('woken'), late('own')];
  const earliest = Math.min(...starts.map(({ lateMs }) => lateMs));
  const shown = (some: number[]) =>
    `p50 ${Math.round(percentile(some, 0.5))} ms, p99 ${Math.round(percentile(some, 0.99))} ms of ${some.length}`;
  const met = all.length === JOBS && percentile(woken, 0.99) <= MAX_LATE_MS && earliest >= -MAX_EARLY_MS;
  return {
    what: `${WHAT}, ${which}`,
    baseline: `the emulator’s event source left alone, which looks once a second when idle: ${shown(own)}`,
    figure: `woken all the time, as AWS’s long poll is: ${shown(woken)} (${all.length} of ${JOBS} started)`,
    spread: `${Math.round(Math.min(...woken))}–${Math.round(Math.max(...woken))} ms`,
    budget: BUDGET,
    verdict: verdict(met),
  };
}
