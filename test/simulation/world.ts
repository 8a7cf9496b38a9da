import { Logger } from '@aws-lambda-powertools/logger';
import { itemId, type JobItem } from '../../lib/contract/job-item.ts';
import { names } from '../../lib/contract/names.ts';
import { queueSettings } from '../../lib/contract/queue-settings.ts';
import { makeAnnounce } from '../../lib/engine/announce.ts';
import { runBatch } from '../../lib/engine/batch.ts';
import { dispatch } from '../../lib/engine/dispatch.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import { makeBus } from '../../lib/engine/event-bus.ts';
import { makeJobStore } from '../../lib/engine/job-store.ts';
import type { Meter } from '../../lib/engine/metrics.ts';
import { together } from '../../lib/engine/sqs-together.ts';
import { makeWriter } from '../../lib/engine/writer.ts';
import {
  deliver,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeProcess,
  makeVirtualClock,
} from '../../lib/testing/index.ts';
import { EFFECTS, simulated, work } from './handler.ts';
import { type Network, overNetwork } from './network.ts';
import type { Random } from './random.ts';
import { makeWitness, type Witness } from './witness.ts';

const STAGE = 'sim';
export const TABLE = names.jobsTable(STAGE);
const settings = queueSettings(simulated);
// Powertools writes to the console by itself; a schedule has thousands of lines.
const log = new Logger({ logLevel: 'SILENT' });

/** The whole system around one job type, in virtual time. */
export function makeSimulation(random: Random) {
  const clock = makeVirtualClock();
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [TABLE]: ['id'], [EFFECTS]: ['id'] } });
  const sqs = makeMemorySqs(clock);
  const bus = makeMemoryEvents();
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, 'sim'), {
    visibilityTimeoutSeconds: 30,
    retentionSeconds: 14 * 24 * 3600,
  });
  const redrive = { maxReceiveCount: settings.maxReceiveCount, to: deadLetters };
  const queue = sqs.createQueue(names.queue(STAGE, 'sim'), { ...settings, redrive });
  const network: Network = { stormy: true, onCall: () => undefined };
  const item = (jobId: string): JobItem | undefined => dynamoDb.item(TABLE, itemId('sim', jobId));
  const witness: Witness = makeWitness({ clock, item });
  network.onCall = witness.look;
  const parts = { clock, random };
  const client = {
    dynamoDb: overNetwork(dynamoDb.client, network, parts),
    documents: overNetwork(dynamoDb.documents, network, parts),
    sqs: overNetwork(sqs.client, network, parts),
    events: overNetwork(bus.client, network, parts),
  };
  let nonces = 0;
  let crashes = 0;

  /** One batch in a process of its own, whose clock is up to a quarter of a second off, and which may crash. */
  async function invoke(batchSize: number): Promise<void> {
    const skewMs = random.int(-250, 250);
    const process = makeProcess({ ...client, clock });
    // Few enough that no innocent job can use up its attempts by them.
    if (network.stormy && crashes < 2 && random.percent(25)) {
      crashes += 1;
      process.crashAt(random.int(1, 8), random.pick(['before', 'after']));
    }
    const own = { now: () => clock.now() + skewMs, after: process.clock.after };
    const engine: Engine = {
      definition: simulated,
      perform: (payload, context) => {
        witness.started(context.job, own.now());
        return work(payload, context, { clock: own, kill: process.kill });
      },
      settings,
      jobsTable: TABLE,
      queueUrl: queue.url,
      deadLetterQueueUrl: deadLetters.url,
      store: makeJobStore(TABLE, { dynamoDb: process.dynamoDb, clock: own, random: random.next }),
      documents: process.documents,
      sqs: together(process.sqs),
      announce: makeAnnounce({ openBus: () => makeBus(process.events), clock: own, random: random.next }),
      clock: own,
      random: random.next,
      nonce: () => `owner-${++nonces}`,
      log,
      meter: witness.meter as Meter,
      shutdown: new AbortController().signal,
    };
    await deliver(queue, {
      consumer: (event, context) => runBatch(event, context, engine),
      clock,
      process,
      batchSize,
      functionTimeoutSeconds: settings.functionTimeoutSeconds,
    });
  }

  async function tick(): Promise<void> {
    dynamoDb.indexLagMs = network.stormy ? random.int(0, 5000) : 0;
    const basics = { dynamoDb: client.dynamoDb, clock, random: random.next };
    await dispatch(
      {
        ...basics,
        table: TABLE,
        sqs: client.sqs,
        log,
        writer: makeWriter(basics),
        queueName: () => queue.name,
        queueUrls: new Map(),
      },
      clock.now() + 50_000,
    ).catch(() => undefined);
  }

  return { clock, dynamoDb, queue, deadLetters, network, witness, item, invoke, tick };
}

export type Simulation = ReturnType<typeof makeSimulation>;
