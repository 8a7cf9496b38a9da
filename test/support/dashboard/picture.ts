import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { names } from '../../../lib/contract/names.ts';
import { bringUp } from '../../../localstack/up.ts';
import { all } from '../../fidelity/templates/edges.ts';
import { resolveAll } from '../../fidelity/templates/intrinsics.ts';
import { widgetsOf } from '../../fidelity/templates/metrics-read.ts';
import { synthesize } from '../../fidelity/templates/synth.ts';
import { alarmStates } from './alarm-states.ts';
import { drawDashboard } from './draw.ts';
import { runTraffic } from './traffic.ts';

const STAGE = 'dev';
const PICTURE = fileURLToPath(new URL('../../../lib/infra/dashboard.png', import.meta.url));

/**
 * `npm run dashboard-picture`: runs jobs on the embedded emulator and draws the stage's dashboard from what they leave
 * behind. Its periods are shorter than CloudWatch's minute, or a few minutes would be a few points.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '240' }, period: { type: 'string', default: '20' } },
  });
  const [seconds, period] = [Number(values.seconds), Number(values.period)];
  if (!(seconds >= 60 && period >= 1 && seconds >= period)) {
    throw new RangeError('--seconds must be 60 or more, --period 1 to --seconds');
  }
  const local = await bringUp({ stage: STAGE, emulator: 'embedded', log: console.log });
  try {
    const fromMs = Date.now();
    console.log(`sending jobs for ${seconds} s`);
    const series = await runTraffic(local, STAGE, seconds);
    const periodMs = period * 1000;
    const window = { fromMs, periodMs, periods: Math.ceil((Date.now() - fromMs) / periodMs) };
    const templates = resolveAll(await synthesize({ stage: STAGE, emulator: 'embedded' }), {
      account: '000000000000',
      region: 'us-east-1',
    });
    const dashboard = all(templates, 'AWS::CloudWatch::Dashboard').find(
      ({ properties }) => properties.DashboardName === names.dashboard(STAGE, 'us-east-1'),
    );
    if (dashboard === undefined) throw new Error('the stage has no dashboard');
    const states = alarmStates(templates, series, window);
    const png = drawDashboard(widgetsOf(dashboard.properties), {
      ...{ series, window },
      stateOf: (arn) => states.get(arn.split(':alarm:')[1] ?? '') ?? 'no data',
    });
    await writeFile(PICTURE, png);
    console.log(`wrote ${PICTURE}, ${Math.round(png.length / 1024)} KB`);
  } finally {
    await local.stop();
  }
}

await main();
