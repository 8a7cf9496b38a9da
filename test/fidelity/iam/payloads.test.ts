import { createServer } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeS3 } from '../../../lib/aws/s3.ts';
import { names } from '../../../lib/contract/names.ts';
import { type Environment, resolveAll } from '../templates/intrinsics.ts';
import { policyStatements, statementsOfFunction } from '../templates/roles.ts';
import { SETTINGS, synthesize } from '../templates/synth.ts';
import { rightsOf, type WireCall } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const BUCKET = names.payloads('prod', ENVIRONMENT);
const HASH = 'a'.repeat(64);

let roles: Record<'consumer' | 'read' | 'payloads' | 'redrive', Statement[]>;
let wire: { readonly get: WireCall; readonly put: WireCall };
beforeAll(async () => {
  const templates = resolveAll(await synthesize({ ...SETTINGS.prod, payloads: 'on' }), ENVIRONMENT);
  const of = (kind: 'read' | 'payloads' | 'redrive') =>
    policyStatements(templates, names.operatorPolicy('prod', kind, ENVIRONMENT.region));
  const consumer = statementsOfFunction(templates, 'sluice-prod-send-email');
  roles = { consumer, read: of('read'), payloads: of('payloads'), redrive: of('redrive') };
  wire = await calls();
}, 120_000);

/** What the client that fetches and puts payloads sends. */
async function calls() {
  const seen: WireCall[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    seen.push({ method, path, headers: headers as Record<string, string>, body: '' });
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const s3 = makeS3({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials, forcePathStyle: true });
  const place = { Bucket: BUCKET, Key: `30/send-email/${HASH}` };
  await s3.getObject(place);
  const put = { ...place, Body: Buffer.from('{}'), ContentType: 'application/json', ChecksumSHA256: 'x' };
  await s3.putObject(put);
  server.closeAllConnections();
  server.close();
  const [get, sent] = seen;
  if (get === undefined || sent === undefined) throw new TypeError('no request was made');
  return { get, put: sent };
}

/** The same call for another key or bucket. */
const at = (call: WireCall, key: string, bucket = BUCKET): WireCall => ({ ...call, path: `/${bucket}/${key}` });
const may = (role: keyof typeof roles, call: WireCall, environment = ENVIRONMENT) =>
  rightsOf(call, environment).every((right) => allows(roles[role], { ...right }));

describe('a consumer', () => {
  it('may fetch what lies below its own type, for all days, and nothing else', () => {
    for (const days of [30, 120, 410]) expect(may('consumer', at(wire.get, `${days}/send-email/${HASH}`))).toBe(true);
    for (const key of [
      `30/sync-data/${HASH}`,
      `30/send-email-later/${HASH}`,
      `31/send-email/${HASH}`,
      `send-email/${HASH}`,
    ])
      expect([key, may('consumer', at(wire.get, key))]).toEqual([key, false]);
    expect(may('consumer', at(wire.get, `30/send-email/${HASH}`, `${BUCKET}-2`))).toBe(false);
  });

  it('may put nothing there', () => expect(may('consumer', wire.put)).toBe(false));

  it('may have S3 say that an object is gone, which needs the right to list', () => {
    const list = { action: 's3:ListBucket', resource: `arn:aws:s3:::${BUCKET}` };
    expect(allows(roles.consumer, list)).toBe(true);
    expect(allows(roles.read, list)).toBe(false);
  });
});

describe('an operator', () => {
  it('may fetch payloads with "payloads" or "redrive", and put them with "redrive" alone', () => {
    expect(['read', 'payloads', 'redrive'].map((role) => may(role as 'read', wire.get))).toEqual([false, true, true]);
    expect(['read', 'payloads', 'redrive'].map((role) => may(role as 'read', wire.put))).toEqual([false, false, true]);
  });

  it('may put none into a bucket that another account took the name of', () => {
    const elsewhere = { ...ENVIRONMENT, account: '999999999999' };
    expect(may('redrive', wire.put, elsewhere)).toBe(false);
  });
});
