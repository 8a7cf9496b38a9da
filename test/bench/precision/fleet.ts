import { Logger } from '@aws-lambda-powertools/logger';
import { RetryAfterError } from '../../../lib/contract/errors.ts';
import { names } from '../../../lib/contract/names.ts';
import { queueSettings } from '../../../lib/contract/queue-settings.ts';
import { makeAnnounce } from '../../../lib/engine/announce.ts';
import { runBatch } from '../../../lib/engine/batch.ts';
import { dispatch } from '../../../lib/engine/dispatch.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import { makeBus } from '../../../lib/engine/event-bus.ts';
import { makeJobStore } from '../../../lib/engine/job-store.ts';
import { together } from '../../../lib/engine/sqs-together.ts';
import { makeWriter } from '../../../lib/engine/writer.ts';
import {
  deliver,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeVirtualClock,
} from '../../../lib/testing/index.ts';
import { bench } from '../job/definition.ts';

const STAGE = 'bench';
const TABLE = names.jobsTable(STAGE);
const TICK_MS = 60_000;

export interface FleetOptions {
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Seconds after which a job's first attempt asks to be tried again. */
  readonly delaySecondsOf: () => number;
}

/** Queue, table, consumer and dispatcher in memory and in virtual time: the real engine, jobs that fail once. */
export interface Fleet {
  send(id: string): void;
  run(seconds: number): Promise<void>;
  /** How late each retry started, ms. */
  readonly lateMs: readonly number[];
}

export function makeFleet({ random, delaySecondsOf }: FleetOptions): Fleet {
  const clock = makeVirtualClock();
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [TABLE]: ['id'] } });
  const sqs = makeMemorySqs(clock);
  const settings = queueSettings(bench);
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, bench.type), settings);
  const queue = sqs.createQueue(names.queue(STAGE, bench.type), settings);
  const lateMs: number[] = [];
  const dueAtMs = new Map<string, number>();
  const log = new Logger({ logLevel: 'SILENT' });
  const basics = { clock, random };
  const engine: Engine = {
    ...{ definition: bench, settings, jobsTable: TABLE, documents: dynamoDb.documents, log, ...basics },
    perform(_, { job }) {
      const due = dueAtMs.get(job.id);
      if (due === undefined) {
        const delaySeconds = delaySecondsOf();
        dueAtMs.set(job.id, clock.now() + Math.round(delaySeconds * 1000));
        throw new RetryAfterError(delaySeconds);
      }
      lateMs.push(clock.now() - due);
    },
    queueUrl: queue.url,
    deadLetterQueueUrl: deadLetters.url,
    store: makeJobStore(TABLE, { dynamoDb: dynamoDb.client, definition: bench, ...basics }),
    sqs: together(sqs.client as Engine['sqs']),
    announce: makeAnnounce({ openBus: () => makeBus(makeMemoryEvents().client), ...basics }),
    nonce: () => `owner-${Math.floor(random() * 2 ** 52)}`,
    meter: { count: () => undefined, milliseconds: () => undefined, flush: () => undefined },
    shutdown: new AbortController().signal,
  };
  const batch = () =>
    deliver(queue, {
      consumer: (event, context) => runBatch(event, context, engine),
      ...{ clock, batchSize: 10, functionTimeoutSeconds: settings.functionTimeoutSeconds },
    });
  const parts = { dynamoDb: dynamoDb.client, ...basics };
  const queueUrls = new Map([[bench.type, queue.url]]);
  const tick = () =>
    dispatch(
      {
        ...parts,
        table: TABLE,
        sqs: sqs.client as Engine['sqs'],
        log,
        writer: makeWriter(parts),
        queueName: () => '',
        queueUrls,
      },
      clock.now() + 50_000,
    );
  let sent = 0;
  return {
    lateMs,
    send(id) {
      queue.add({ MessageBody: JSON.stringify({ id, payload: {} }) }, `message-${++sent}`);
    },
    async run(seconds) {
      const untilMs = clock.now() + seconds * 1000;
      let tickAtMs = clock.now() + random() * TICK_MS;
      while (clock.now() < untilMs) {
        while ((await clock.run(batch())).records.length > 0);
        const nextMs = Math.min(queue.nextVisibleAtMs() ?? untilMs, tickAtMs, untilMs);
        await clock.advance(Math.max(0, nextMs - clock.now()));
        if (clock.now() >= tickAtMs) {
          await clock.run(tick());
          tickAtMs += TICK_MS;
        }
      }
    },
  };
}
