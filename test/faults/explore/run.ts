import { parseArgs } from 'node:util';
import { plant } from '../simulation/mutants/plant.ts';
import type { Explored } from './search.ts';

/**
 * `npm run explore -- [--config small|medium|full|<name>] [--mutant "<defect>"] [--max-states N]`: explores every state of
 * the configurations, and exits 1 with a shortest timeline if one breaks a promise. Its progress goes to stderr.
 */
const { values } = parseArgs({
  options: {
    config: { type: 'string', default: 'small' },
    mutant: { type: 'string' },
    'max-states': { type: 'string' },
  },
});

/** @throws RangeError naming the option */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new RangeError(`--max-states is a whole number from 1 on, got ${text}`);
}

async function main(): Promise<void> {
  const maxStates = wholeNumber(values['max-states']);
  // A plain object: Powertools asks for its variables again and again, and the real environment answers slowly.
  process.env = { ...process.env };
  // An error is how a row says what it decided: nobody reads where it was made.
  Error.stackTraceLimit = 0;
  if (values.mutant !== undefined) plant(values.mutant);
  const { explore } = await import('./search.ts');
  const { configurationsOf } = await import('./configurations.ts');
  for (const [name, configuration] of configurationsOf(values.config)) {
    const startedAtMs = Date.now();
    const progress = ({ states, depth, frontier }: { states: number; depth: number; frontier: number }) =>
      process.stderr.write(`${name}: ${states} states, depth ${depth}, ${frontier} left of it\n`);
    const explored = await explore(configuration, { ...(maxStates !== undefined && { maxStates }), progress });
    console.log(`${name}: ${summary(explored)}, ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
    if (explored.broken === undefined) continue;
    const { timeline, promises } = explored.broken;
    console.log([...timeline, ...promises.map((promise) => `BROKEN: ${promise}`)].join('\n'));
    process.exitCode = 1;
    return;
  }
}

const summary = ({ states, moves, depth, ends, processes, isClosed }: Explored) =>
  `${states} states, ${moves} moves, depth ${depth}, ${ends} ends, ${processes} runs of the code, ${isClosed ? 'closed' : 'not closed'}`;

await main();
