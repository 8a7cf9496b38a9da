import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { bundle, TRACED } from '../../../lib/bundle/bundle.ts';
import { readBody } from '../../../localstack/stand-ins/http-server.ts';
import { type Driver, startDriver } from '../../bench/driver/driver.ts';
import { answer } from '../../bench/stub/answers.ts';
import { makeCertificates } from '../../bench/tls/tls.ts';

let folder: string;
let file: string;
let traced: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-connection-'));
  file = join(folder, 'index.mjs');
  traced = join(folder, 'traced.mjs');
  const handler = join(import.meta.dirname, '../../bench/job/handler.ts');
  await writeFile(file, (await bundle(handler)).code);
  await writeFile(traced, (await bundle(handler, TRACED)).code);
  await makeCertificates(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** DynamoDB, as far as a job that succeeds needs it. */
interface Endpoint {
  readonly url: string;
  /** Of the requests, in order. */
  readonly methods: string[];
  readonly connections: () => number;
}

async function start(server: Server, scheme: string): Promise<Endpoint> {
  const methods: string[] = [];
  let connections = 0;
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    methods.push(String(request.method));
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target']);
    response.end(request.method === 'GET' ? 'healthy: localhost ' : JSON.stringify(answer(target, JSON.parse(body))));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `${scheme}://localhost:${(server.address() as AddressInfo).port}`,
    methods,
    connections: () => connections,
  };
}

const pem = (name: string) => readFile(join(folder, `${name}.pem`));
const tlsServer = async () => createServer({ key: await pem('server-key'), cert: await pem('server') });

/** A process that has loaded the bundle. */
async function load({ url }: Endpoint, environment: Record<string, string>, bundled = file): Promise<Driver> {
  const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') };
  const driver = await startDriver({ file: bundled, stub: { url }, environment: { ...trust, ...environment } });
  onTestFinished(() => driver.stop());
  return driver;
}

const ON_LAMBDA = { AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' };
const batches = (driver: Driver, count: number) => driver.run({ batches: count, batchSize: 2, payload: {} });

it('is opened while the function starts, and the first batch takes it', async () => {
  const endpoint = await start(await tlsServer(), 'https');
  const driver = await load(endpoint, ON_LAMBDA);
  await vi.waitFor(() => expect(endpoint.methods).toEqual(['GET']), 10_000);
  // Turns of its event loop, in which it reads the answer that is there.
  for (let turn = 0; turn < 20; turn++) await batches(driver, 0);
  await batches(driver, 1);
  expect(endpoint.methods).toEqual(['GET', 'POST', 'POST']);
  expect(endpoint.connections()).toBe(1);
});

it('is not needed by a batch: if it is cut off, the batch opens its own', async () => {
  const server = await tlsServer();
  server.once('connection', (socket) => socket.destroy());
  const endpoint = await start(server, 'https');
  const driver = await load(endpoint, ON_LAMBDA);
  await batches(driver, 1);
  await batches(driver, 1);
  expect(endpoint.methods.filter((method) => method === 'POST')).toHaveLength(4);
});

it.each([
  ['outside Lambda', 'https', {}],
  ['at an emulator', 'http', ON_LAMBDA],
])('is not opened %s', async (_, scheme, environment) => {
  const endpoint = await start(scheme === 'https' ? await tlsServer() : createPlainServer(), scheme);
  const driver = await load(endpoint, environment);
  await batches(driver, 1);
  expect(endpoint.methods).toEqual(['POST', 'POST']);
});

it('is not opened where requests are traced: X-Ray logs an error for what belongs to no invocation', async () => {
  const endpoint = await start(await tlsServer(), 'https');
  const driver = await load(endpoint, { ...ON_LAMBDA, AWS_XRAY_CONTEXT_MISSING: 'IGNORE_ERROR' }, traced);
  await batches(driver, 1);
  expect(endpoint.methods).toEqual(['POST', 'POST']);
});
