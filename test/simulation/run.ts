import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

/**
 * `npm run simulate -- --seeds 20000 [--from 1]`: runs schedules, says which broke a promise, and exits 1 at the first
 * one with `--stop`. The same seed is the same schedule: `--from 4711 --seeds 1` replays it.
 */
const { values } = parseArgs({
  options: { seeds: { type: 'string' }, from: { type: 'string' }, stop: { type: 'boolean', default: false } },
});
const from = Number(values.from ?? 1);
const seeds = Number(values.seeds ?? 1000);
const startedMs = Date.now();
let broken = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const violations = await simulate(seed).catch((error: unknown) => [`seed ${seed}: ${String(error)}`]);
  if (violations.length > 0) {
    broken += 1;
    console.log(violations.join('\n'));
    if (values.stop) break;
  }
  if (seed % 5000 === 0)
    console.error(`${seed - from + 1} schedules, ${broken} broken, ${Math.round((Date.now() - startedMs) / 1000)} s`);
}
console.log(`${seeds} schedules from ${from}: ${broken} broken, ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
process.exitCode = broken === 0 ? 0 : 1;
