import { fork } from 'node:child_process';
import { countBatch } from '../count/flow.ts';
import { type Driver, functionEnvironment, startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { said } from '../said.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const MAX_UNITS = 1.2;
const MAX_CALLS = 3;
const MAX_CPU = 1.1;
const MAX_TIME = 1.5;
const CHILDREN = 1000;
const BATCH = 10;
const WARM_UP_BATCHES = 1000;
const BATCHES = 60;
/** Of a job that is in no flow. */
const UNITS_A_JOB = 2;

/** What a batch of a thousand children costs beside the same jobs alone. */
export const flows: Row = {
  name: 'flows',
  measure: async (bench: Bench): Promise<Measured[]> => [
    ...(await counted(bench)),
    await cpuOfChild(bench),
    await timeOfParent(bench),
  ],
};

async function counted({ bundles }: Bench): Promise<Measured[]> {
  const { units, callsOfTen, completed } = await countBatch(bundles.flows, CHILDREN);
  if (completed !== CHILDREN) throw new Error(`${completed} of ${CHILDREN} children completed`);
  const alone = UNITS_A_JOB * (CHILDREN + 2);
  const ratio = units / alone;
  return [
    {
      what: `write units of a batch of ${CHILDREN.toLocaleString('en')} children, ended in tens`,
      baseline: `the same jobs alone: ${alone.toLocaleString('en')}`,
      figure: `${ratio.toFixed(2)} (${units.toLocaleString('en')})`,
      spread: '—',
      budget: `≤ ${MAX_UNITS}`,
      verdict: verdict(ratio <= MAX_UNITS),
    },
    {
      what: 'DynamoDB calls of ten children that end together',
      baseline: 'ten jobs that are in no flow: 2',
      figure: String(callsOfTen),
      spread: '—',
      budget: `≤ ${MAX_CALLS}`,
      verdict: verdict(callsOfTen <= MAX_CALLS),
    },
  ];
}

async function cpuOfChild({ bundles, stub, ...bench }: Bench): Promise<Measured> {
  const plain = await startDriver({ file: bundles.sluice.file, stub });
  const inFlow = await startDriver({ file: bundles.flows.file, stub });
  const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
  const perJob =
    (side: Driver, more: { inFlow?: true } = {}, batches = BATCHES) =>
    async () =>
      (await side.run({ ...order, ...more, batches })).cpuUs / (batches * BATCH);
  await perJob(plain, {}, WARM_UP_BATCHES)();
  await perJob(inFlow, { inFlow: true }, WARM_UP_BATCHES)();
  const sides = { plain: perJob(plain), child: perJob(inFlow, { inFlow: true }) };
  const figures = await alternate(sides, pairsOf(bench));
  for (const side of [plain, inFlow]) await side.stop();
  const [what, baseline] = ['CPU of a child of a batch, ten an invocation', 'a job that is in no flow'];
  return paired({ what, baseline, ours: figures.child, theirs: figures.plain, max: MAX_CPU, unit: 'µs' });
}

/** The parent's whole invocation: its begin, the outbox, the callback, a thousand sends, and its end. */
async function timeOfParent({ bundles, stub, runs }: Bench): Promise<Measured> {
  const parent = await startDriver({ file: bundles.flows.file, stub });
  const producer = fork(new URL('../producer/main.ts', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: functionEnvironment(stub.url),
  });
  await said(producer);
  const filler = 'x'.repeat(200);
  const staged = async () => {
    const order = { batches: 1, batchSize: 1, payload: { children: CHILDREN, filler } };
    return (await parent.run(order)).wallMs;
  };
  const sent = async () => {
    const heard = said(producer);
    producer.send({ how: 'ours', jobs: CHILDREN });
    return ((await heard) as { wallMs: number }).wallMs;
  };
  for (const side of [staged, sent]) for (let i = 0; i < 20; i++) await side();
  const figures = await alternate({ staged, sent }, 3 * runs);
  await parent.stop();
  producer.kill();
  const all = ratios(figures.staged, figures.sent);
  const ms = (side: number[]) => `${Math.round(median(side))} ms`;
  return {
    what: `a parent that stages ${CHILDREN.toLocaleString('en')} children, begin to end`,
    baseline: `enqueueMany of as many: ${ms(figures.sent)}`,
    figure: `${median(all).toFixed(2)} (${ms(figures.staged)})`,
    spread: spread(all),
    budget: `≤ ${MAX_TIME}`,
    verdict: verdict(median(all) <= MAX_TIME),
  };
}
