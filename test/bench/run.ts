import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { makeBundles } from './bundles.ts';
import { profile } from './profile.ts';
import type { Measured, Row } from './row.ts';
import { ROWS } from './rows.ts';
import { startStub } from './stub/stub.ts';

const USAGE = `usage: npm run bench -- [--only name] [--runs n] [--skip-emulator] [--profile]
  --only name   one row: ${ROWS.map(({ name }) => name).join(', ')}
  --runs n      alternating runs of each side, at least 7 (the default)
  --skip-emulator
                without what is measured on the embedded emulator, which takes five minutes
  --profile     a flame graph of the warm consumer instead, as a .cpuprofile and a list of where the time goes`;

interface Options {
  readonly only: string | undefined;
  readonly runs: number;
  readonly skipEmulator: boolean;
  readonly profile: boolean;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      ...{ only: { type: 'string' }, runs: { type: 'string', default: '7' } },
      ...{ 'skip-emulator': { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 7) throw new RangeError(`--runs must be 7 or more, got ${values.runs}`);
  if (values.only !== undefined && !ROWS.some(({ name }) => name === values.only)) {
    throw new RangeError(`--only ${values.only}: there is no such row\n${USAGE}`);
  }
  return { only: values.only, runs, skipEmulator: values['skip-emulator'], profile: values.profile };
}

/** A row that cannot be measured has missed its budget: a bench must not pass by failing. */
async function measured(row: Row, bench: Parameters<Row['measure']>[0]): Promise<Measured[]> {
  try {
    return await row.measure(bench);
  } catch (error) {
    console.error(error);
    const figure = error instanceof Error ? error.message : String(error);
    return [{ what: row.name, baseline: '—', figure, spread: '—', budget: '—', verdict: 'missed' }];
  }
}

function print(lines: readonly Measured[], runs: number): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`;
  console.log(`\n${machine}, ${new Date().toISOString().slice(0, 10)}; medians of ${runs} or more alternating runs\n`);
  console.log('| what | baseline in the same run | median | smallest–largest | budget | |');
  console.log('|---|---|---|---|---|---|');
  for (const { what, baseline, figure, spread, budget, verdict } of lines) {
    console.log(`| ${[what, baseline, figure, spread, budget, verdict].join(' | ')} |`);
  }
}

async function main(): Promise<void> {
  const { only, runs, skipEmulator, ...chosen } = options();
  const bundles = await makeBundles();
  const stub = await startStub();
  try {
    if (chosen.profile) return await profile(stub);
    const lines: Measured[] = [];
    for (const row of ROWS.filter(({ name }) => only === undefined || name === only)) {
      console.error(`measuring ${row.name} …`);
      lines.push(...(await measured(row, { bundles, stub, runs, skipEmulator })));
    }
    print(lines, runs);
    if (lines.some(({ verdict }) => verdict === 'missed')) process.exitCode = 1;
  } finally {
    stub.stop();
    await bundles.remove();
  }
}

await main();
