import type { Bundles } from '../bundles.ts';
import { type Counted, countCalls } from '../count/count.ts';
import { EXPECTED, EXPECTED_OPTIMISTIC, type Path } from '../count/expected.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';

const PATHS = Object.keys(EXPECTED) as Path[];

/** AWS calls and write units per job on each way that a job can take, counted at the wire and in the table. */
export const calls: Row = {
  name: 'calls',
  async measure({ bundles }: Bench): Promise<Measured[]> {
    const lines: Measured[] = [];
    for (const path of PATHS) lines.push(...(await linesOf('sluice', path, bundles)));
    return lines;
  },
};

const WHOSE = { sluice: '', optimistic: ", begin: 'optimistic'" } as const;

/** The calls and the units of one way, against what was written down before. */
export async function linesOf(of: 'sluice' | 'optimistic', path: Path, bundles: Bundles): Promise<Measured[]> {
  const expected = (of === 'sluice' ? EXPECTED : EXPECTED_OPTIMISTIC)[path];
  const counted = await countCalls({ bundles, of, path, payloadBytes: 100 });
  const units = [counted];
  for (const kb of [10, 300]) units.push(await countCalls({ bundles, of, path, payloadBytes: kb * 1000 }));
  const met = counted.callsPerJob <= expected.calls + 1e-9;
  return [
    {
      what: `AWS calls per job at batch 10: ${path}${WHOSE[of]}`,
      baseline: `written down before: ${expected.calls} (${expected.why})`,
      figure: `${counted.callsPerJob.toFixed(2)}: ${shown(counted)}`,
      spread: `hints wrong: ${counted.wrongHints}`,
      budget: `≤ ${expected.calls}`,
      verdict: verdict(met),
    },
    {
      what: `write units per job, items of 1, 10 and 300 KB: ${path}${WHOSE[of]}`,
      baseline: `written down before, 1 KB: ${expected.units.table} table + ${expected.units.index} index`,
      figure: units.map(({ tableUnits, indexUnits }) => `${tableUnits} + ${indexUnits}`).join(' · '),
      spread: '—',
      budget: `${expected.units.table} + ${expected.units.index}`,
      verdict: verdict(counted.tableUnits === expected.units.table && counted.indexUnits === expected.units.index),
    },
  ];
}

const shown = ({ byTarget }: Counted): string =>
  [...byTarget].map(([target, count]) => `${count} ${target.split('.').at(-1)}`).join(', ') || 'none';
