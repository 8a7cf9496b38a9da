import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { TRACED } from '../../../lib/bundle/bundle.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';
import { outgoing } from '../../support/factories.ts';
import { startEnvironment } from './execution-environment.ts';
import { ensureInterfaceClient, FIRST_USE_MS, type InterfaceClient } from './interface-client.ts';
import { startLoopbackAws } from './loopback-aws.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { bundled } from './traced/bundled.ts';

/** A subsegment as the X-Ray daemon gets it (X-Ray Developer Guide, "Segment documents"). */
interface Subsegment {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string;
  readonly trace_id: string;
  readonly annotations?: Record<string, unknown>;
  readonly fault?: boolean;
  readonly cause?: { readonly exceptions: readonly { readonly message: string; readonly type: string }[] };
  readonly in_progress?: boolean;
}

/** What listens where Lambda has the X-Ray daemon. */
async function startDaemon(): Promise<{ address: string; ended: () => Subsegment[] }> {
  const socket: Socket = createSocket('udp4');
  const seen: Subsegment[] = [];
  socket.on('message', (data) => {
    const [, document = ''] = data.toString('utf8').split('\n');
    seen.push(JSON.parse(document));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const ended = () => seen.filter(({ in_progress }) => in_progress !== true);
  return { address: `127.0.0.1:${socket.address().port}`, ended };
}

let client: InterfaceClient;
beforeAll(async () => {
  client = await ensureInterfaceClient(console.log);
}, FIRST_USE_MS);

it('each attempt is a subsegment with its job’s annotations, and what it calls is under it', async (context) => {
  if ('missing' in client) return context.skip(`the trace test is skipped: ${client.missing}`);
  const daemon = await startDaemon();
  const aws = await startLoopbackAws('traced');
  const api = await startRuntimeApi({ sampled: true });
  const third = await startServer(async (_, response) => void response.end('ok'));
  const environment = startEnvironment({
    client: client.main,
    task: await bundled(TRACED),
    address: api.address,
    environment: { ...aws.environment, AWS_XRAY_DAEMON_ADDRESS: daemon.address },
  });
  onTestFinished(async () => {
    environment.kill();
    await Promise.all([api.stop(), aws.stop(), third.stop()]);
  });
  for (const id of ['good', 'bad']) {
    const body = JSON.stringify({ id, maxAttempts: 1, payload: { url: `${third.url}/${id}`, fails: id === 'bad' } });
    const trace = `Root=1-5759e988-${id.padEnd(24, '0')};Parent=53995c3f42cd8ad8;Sampled=1`;
    aws.queue.add(outgoing(body, { group: 'acme', trace }), `message-${id}`);
  }
  const Records = aws.queue.receive(10).map((message) => toRecord(message, aws.queue));
  expect(await api.invoke({ Records })).toEqual({ kind: 'response', body: { batchItemFailures: [] } });
  await expect.poll(() => daemon.ended().filter(({ name }) => name === '## traced').length).toBe(2);
  const jobs = daemon.ended().filter(({ name }) => name === '## traced');
  const [good, bad] = ['good', 'bad'].map((id) => jobs.find(({ annotations }) => annotations?.jobId === id));
  const under = { trace_id: '1-5bef4de7-ad49b0e87f6ef6c87fc2e700', parent_id: '9a9197af755a6419' };
  const common = { jobType: 'traced', attempt: 1, run: 1, tenant: 'acme' };
  expect(good).toMatchObject({
    ...under,
    annotations: { ...common, senderTrace: '1-5759e988-good00000000000000000000' },
  });
  expect(bad).toMatchObject({ ...under, fault: true, annotations: { ...common, jobId: 'bad' } });
  expect(good?.fault).toBeUndefined();
  expect(bad?.cause?.exceptions).toMatchObject([{ message: 'it failed', type: 'RangeError' }]);
  const calls = daemon.ended().filter(({ name, parent_id }) => name === '127.0.0.1' && parent_id !== under.parent_id);
  expect(calls.map(({ parent_id }) => parent_id).sort()).toEqual([good?.id, bad?.id].sort());
  // The death's event carries the sender's trace on.
  expect(aws.bus.events).toMatchObject([{ trace: expect.stringContaining('Root=1-5759e988-bad') }]);
}, 120_000);
