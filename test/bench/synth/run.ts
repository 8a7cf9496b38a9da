import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCatalogue } from './catalogue.ts';
import { measured, type Taken } from './measured.ts';

const USAGE = `usage: node test/bench/synth/run.ts [--types n] [--against CHECKOUT --their-types n,m]
  --types n          job types that are synthesised here, at first and a second time (300)
  --against CHECKOUT another version's checkout, its packages installed
  --their-types n,m  numbers of types that it synthesises; the time of --types is extrapolated from the last two (20,60)`;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const HASH = /[0-9a-f]{64}/g;

/** Budgets of the second synth (issue 16). */
const MOST = { ratio: 0.35, largestMb: 600 };

interface Measured extends Taken {
  readonly types: number;
}

/** Synthesises a catalogue as often as asked, each time with what the time before kept. */
async function synths(checkout: string, types: number, times: number): Promise<{ runs: Measured[]; core: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-synth-bench-'));
  try {
    const app = writeCatalogue(checkout, folder, types);
    const runs: Measured[] = [];
    for (let i = 0; i < times; i++) {
      rmSync(join(folder, 'cdk.out'), { recursive: true, force: true });
      runs.push({ ...(await measured(app, nodeFlags(checkout))), types });
    }
    const out = join(folder, 'cdk.out');
    const templates = readdirSync(out).filter((name) => name.endsWith('.template.json'));
    const sizes = templates.map((name) => statSync(join(out, name)).size);
    console.log(`  ${templates.length} templates, the largest ${Math.round(Math.max(...sizes) / 1024)} KB`);
    return { runs, core: readFileSync(join(out, 'sluice-prod-core.template.json'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a checkout's cdk.json has the CDK's command give to Node. */
function nodeFlags(checkout: string): string[] {
  const { app } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8')) as { app: string };
  return app.split(' ').filter((word) => word.startsWith('--'));
}

function tell(what: string, { types, wallSeconds, cpuSeconds, largestMb, togetherMb }: Measured): void {
  const seconds = `${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`;
  const memory = `${Math.round(largestMb)} MB the largest process, ${Math.round(togetherMb)} MB all at once`;
  console.log(`${what}, ${types} types: ${seconds}, ${memory}`);
}

/** A straight line through two measurements. */
function extrapolated(
  [one, other]: readonly [Measured, Measured],
  types: number,
  of: (run: Measured) => number,
): number {
  const slope = (of(other) - of(one)) / (other.types - one.types);
  return of(other) + slope * (types - other.types);
}

async function theirs(checkout: string, counts: readonly number[]): Promise<[Measured, Measured]> {
  if (!existsSync(join(checkout, 'lib/infra/app.ts'))) throw new RangeError(`${checkout} is no checkout\n${USAGE}`);
  const all: Measured[] = [];
  for (const types of counts) {
    const { runs } = await synths(checkout, types, 1);
    for (const run of runs) tell('other', run);
    all.push(...runs);
  }
  const [one, other] = all.slice(-2);
  if (one === undefined || other === undefined) throw new RangeError(`--their-types needs two numbers\n${USAGE}`);
  return [one, other];
}

const { values } = parseArgs({
  options: {
    types: { type: 'string', default: '300' },
    against: { type: 'string' },
    'their-types': { type: 'string', default: '20,60' },
  },
});
const types = Number(values.types);
if (!(Number.isSafeInteger(types) && types >= 5)) throw new RangeError(`--types must be 5 or more\n${USAGE}`);
const few = await synths(ROOT, 4, 1);
const { runs, core } = await synths(ROOT, types, 2);
for (const [i, run] of runs.entries()) tell(i === 0 ? 'at first' : 'again', run);
const isSame = core.replaceAll(HASH, '') === few.core.replaceAll(HASH, '');
console.log(
  `core's template: ${core.length} bytes at ${types} types, ${few.core.length} at 4, ${isSame ? 'the same' : 'ANOTHER'}`,
);
const largestMb = Math.max(...runs.map((run) => run.largestMb));
const budgets = [isSame, largestMb <= MOST.largestMb];
if (values.against !== undefined) {
  const counts = values['their-types'].split(',').map(Number);
  const two = await theirs(resolve(values.against), counts);
  for (const [i, run] of runs.entries()) {
    const wall = run.wallSeconds / extrapolated(two, types, (one) => one.wallSeconds);
    const cpu = run.cpuSeconds / extrapolated(two, types, (one) => one.cpuSeconds);
    console.log(
      `${i === 0 ? 'at first' : 'again'}: ${wall.toFixed(2)} of the other's time, ${cpu.toFixed(2)} of its CPU`,
    );
    if (i === 1) budgets.push(wall <= MOST.ratio);
  }
}
if (budgets.includes(false)) process.exitCode = 1;
