import { parseArgs } from 'node:util';
import { names } from '../lib/contract/names.ts';
import { checkedEmulatorKind } from './emulator.ts';
import { messagesOf } from './errors.ts';
import { TOUR_SOURCES } from './tour/jobs.ts';
import { makeProgress } from './tour/progress.ts';
import { runTour } from './tour/run-tour.ts';
import { bringUp, type LocalSluice } from './up.ts';

const STAGE = 'dev';

/** `npm start`: starts Sluice on this machine, sends jobs, and checks that each ends as expected. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { emulator: { type: 'string' } } });
  const startedAtMs = Date.now();
  const local = await bringUp({
    stage: STAGE,
    emulator: checkedEmulatorKind(values.emulator),
    sources: TOUR_SOURCES,
    log: say,
  });
  try {
    const took = Math.round((Date.now() - startedAtMs) / 1000);
    say(`✔ AWS on this machine   ${local.emulator.name}`);
    say(
      `✔ Deployed              ${[names.coreStack(STAGE), ...Object.keys(local.deployment.queues)].join(', ')}   ${took} s`,
    );
    process.exitCode = (await tour(local)) ? 0 : 1;
  } finally {
    await local.stop();
  }
}

async function tour(local: LocalSluice): Promise<boolean> {
  const { table, complaints, total } = await runTour(local, { say, show: makeProgress(process.stdout) });
  say(`\n${table}\n`);
  if (complaints.length === 0) {
    say(`All ${total} messages ended as they should.  Try: npm run local`);
    return true;
  }
  say(`Not as expected:\n${complaints.map((complaint) => `  ✘ ${complaint}`).join('\n')}`);
  return false;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`sluice: ${messagesOf(error).join('\n  ')}\n`);
  process.exitCode = 1;
}
