import { Logger } from '@aws-lambda-powertools/logger';
import { makeDocuments } from '../../../lib/aws/documents.ts';
import { queueSettings } from '../../../lib/contract/definition/queue-settings.ts';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../lib/contract/protocol/message.ts';
import { makeCallTime } from '../../../lib/engine/calls/call-time.ts';
import { makeWriter } from '../../../lib/engine/calls/writes.ts';
import { systemClock } from '../../../lib/engine/clock.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import type { ReleaseDeps } from '../../../lib/engine/retries/release.ts';
import { makeJobStore } from '../../../lib/engine/table/job-store.ts';
import { makeMeter } from '../../../lib/engine/telemetry/metrics.ts';
import { captureOutput, type Output } from '../../support/output.ts';
import { defineProbe } from '../../support/probe.ts';
import type { Wire } from './wire.ts';

export const TABLE = 'sluice-test-jobs';

/** No backoff: what waits, waits no time. */
const timing = { clock: systemClock, random: () => 0 };
const basics = { ...timing, callTime: makeCallTime(timing) };

/** The engine as a consumer makes it, its clients the SDK's own, at the end of a wire. */
export function makeEngine(wire: Wire): { engine: Engine; output: Output } {
  const definition = defineProbe();
  let nonces = 0;
  const nonce = () => `nonce-${++nonces}`;
  const documents = makeDocuments(wire.dynamoDb);
  const output = captureOutput();
  const engine: Engine = {
    definition,
    perform: () => undefined,
    settings: queueSettings(definition),
    queueUrl: wire.queueUrl,
    deadLetterQueueUrl: wire.queueUrl,
    store: makeJobStore(TABLE, { dynamoDb: wire.dynamoDb, documents, definition, nonce, ...basics }),
    sqs: wire.sqs,
    publish: async () => undefined,
    ...basics,
    nonce,
    log: new Logger({ serviceName: 'sluice-probe' }),
    meter: makeMeter({ stage: 'dev', jobType: definition.type }),
    running: new Set(),
    shutdown: new AbortController().signal,
  };
  return { engine, output };
}

/** The dispatcher's half. */
export function makeReleaseDeps(wire: Wire): { deps: ReleaseDeps; output: Output } {
  const output = captureOutput();
  const parts = { dynamoDb: wire.dynamoDb, ...basics };
  const deps = {
    ...parts,
    table: TABLE,
    sqs: wire.sqs,
    log: new Logger({ serviceName: 'sluice-dispatcher' }),
    writer: makeWriter(parts),
    queueName: (type: string) => type,
    queueUrls: new Map([['probe', wire.queueUrl]]),
  };
  return { deps, output };
}

export function jobItem(change: Partial<JobItem> = {}): JobItem {
  return {
    id: 'probe#a',
    jobId: 'a',
    type: 'probe',
    status: 'DEAD',
    attempts: 1,
    maxAttempts: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
    checkpointNo: 0,
    runNo: 1,
    bodyHash: 'hash',
    snoozes: 0,
    snoozesInRow: 0,
    expiration: 1_800_000_000,
    ...change,
  };
}

export function message(change: Partial<Message> = {}): Message {
  return {
    body: 'msg',
    bodyHash: 'hash',
    attributes: {},
    receiveCount: 1,
    sentAtMs: Date.now(),
    jobId: 'a',
    key: 'a',
    named: true,
    maxAttempts: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
    payload: {},
    ...change,
  };
}
