import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';
import { type Driver, startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const MAX_RATIO = 1.25;
const BATCH = 10;
const WARM_UP_BATCHES = 1000;
const BATCHES = 60;

/** CPU per job that is traced, spans sent, beside one that is not. */
export const tracing: Row = {
  name: 'tracing',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const collector = await startServer((request, response) => {
      request.resume().once('end', () => response.setHeader('content-type', 'application/json').end('{}'));
    });
    const daemon = createSocket('udp4').bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    const plain = await startDriver({ file: bundles.sluice.file, stub });
    const otel = await startDriver({
      ...{ file: bundles.spans.file, stub },
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    const xray = await startDriver({
      ...{ file: bundles.traced.file, stub },
      environment: {
        ...{ LAMBDA_TASK_ROOT: dirname(bundles.traced.file), AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
        _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
      },
    });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    for (const side of [plain, otel, xray]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const perJob = (side: Driver) => async () => (await side.run(order)).cpuUs / (BATCHES * BATCH);
    const sides = { plain: perJob(plain), otel: perJob(otel), xray: perJob(xray) };
    const figures = await alternate(sides, runs);
    for (const side of [plain, otel, xray]) await side.stop();
    await collector.stop();
    daemon.close();
    const us = (side: number[]) => `${Math.round(median(side))} µs`;
    const [byOtel, byXray] = [ratios(figures.otel, figures.plain), ratios(figures.xray, figures.plain)];
    const baseline = `without tracing: ${us(figures.plain)}`;
    return [
      {
        what: 'CPU per job with `tracing: "otel"`, spans sent over OTLP, batch 10',
        ...{ baseline, figure: `${median(byOtel).toFixed(2)} (${us(figures.otel)})`, spread: spread(byOtel) },
        budget: `≤ ${MAX_RATIO}`,
        verdict: verdict(median(byOtel) <= MAX_RATIO),
      },
      {
        what: 'the same with `tracing: true` (X-Ray), beside it',
        ...{ baseline, figure: `${median(byXray).toFixed(2)} (${us(figures.xray)})`, spread: spread(byXray) },
        budget: '–',
        verdict: verdict(true),
      },
    ];
  },
};
