import { toItem } from '../../../lib/aws/marshal.ts';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { itemId, type JobItem, keyOf } from '../../../lib/contract/protocol/job-item.ts';
import { type Delivery, makeVirtualClock, type VirtualClock } from '../../../lib/testing/index.ts';
import { type Fleet, makeFleet } from '../fleet.ts';
import { bench } from '../job/definition.ts';
import { makeTally, type Outage, type OutageOptions, type Tally } from './outage.ts';

/** Producers send so often, ms. */
const SEND_EVERY_MS = 100;
/** Looked at so often whether all have ended. */
const STEP_SECONDS = 60;
/** A policy's longest wait is far shorter: who has not ended then never will. */
const GIVE_UP_AFTER_SECONDS = 24 * 3600;

/** What the engine's run shows beyond the model's. */
export interface EngineOutage extends Outage {
  /** Most jobs that one tick of the dispatcher released. */
  readonly peakReleased: number;
  /** Jobs that the dispatcher released in all. */
  readonly released: number;
  /** What the most late of them was behind its time at the tick, ms. */
  readonly latenessMs: number;
  /** Messages that are left in the two queues. */
  readonly left: { readonly queue: number; readonly deadLetters: number };
}

/** Told of what the run does, in seconds from its beginning. */
export interface Watch {
  /** An attempt starts. */
  readonly onStart?: (second: number) => void;
  /** A batch ended. @param startMs the clock's time at the beginning of the run */
  readonly onBatch?: (fleet: Fleet, startMs: number) => void;
}

/**
 * The outage with the real consumer and the real dispatcher on the in-memory AWS: `maxConcurrency` batches side by side, each
 * of which takes its jobs' time.
 *
 * @throws Error if jobs have not ended after a day of virtual time
 */
export async function engineOutage(options: OutageOptions, watch: Watch = {}): Promise<EngineOutage> {
  const clock = makeVirtualClock();
  const startMs = clock.now();
  const secondNow = () => (clock.now() - startMs) / 1000;
  const tally = makeTally(options);
  const { seen } = tally;
  const releases = { peakReleased: 0, released: 0, latenessMs: 0 };
  const work = makeWork(clock, options.jobMs);
  const ends = makeEnds(tally, startMs, secondNow);
  const { fromSecond, untilSecond } = options.outage;
  const fleet = makeFleet({
    ...{ definition: definitionOf(options), clock, random: options.random },
    async perform(_, { job }) {
      const second = secondNow();
      tally.started(second, job.attempts);
      watch.onStart?.(second);
      ends.begins(job.id);
      seen.peakInFlight = Math.max(seen.peakInFlight, fleet.queue.counts().inFlight);
      await work();
      if (second >= fromSecond && second < untilSecond) throw new Error('the third party is out');
    },
    onDelivery(delivery) {
      ends.delivered(delivery, fleet);
      watch.onBatch?.(fleet, startMs);
    },
    onTick({ released, latenessMs }) {
      releases.peakReleased = Math.max(releases.peakReleased, released);
      releases.released += released;
      releases.latenessMs = Math.max(releases.latenessMs, latenessMs);
    },
  });
  startProducer(options, { clock, fleet, tally });
  while (seen.completed + seen.dead < options.jobs && secondNow() < GIVE_UP_AFTER_SECONDS)
    await fleet.run(STEP_SECONDS);
  const ended = seen.completed + seen.dead;
  if (ended < options.jobs) throw new Error(`${options.jobs - ended} of ${options.jobs} jobs have not ended`);
  const left = { queue: fleet.queue.messages().length, deadLetters: fleet.deadLetters.messages().length };
  return { ...tally.outage(), ...releases, left };
}

const definitionOf = ({ policy, maxConcurrency, batchSize, breaker }: OutageOptions) =>
  defineJob({
    type: bench.type,
    payload: bench.payload,
    retry: { maxAttempts: policy.maxAttempts, backoff: policy.backoff },
    timeoutSeconds: bench.timeoutSeconds,
    maxConcurrency,
    batchSize,
    logs: 'failures',
    ...(breaker && { breaker }),
  });

/** Work that takes so long. Who begins in the same millisecond waits for one timer: a million of them are slow. */
function makeWork(clock: VirtualClock, durationMs: number): () => Promise<void> {
  let latest: { readonly endsAtMs: number; readonly ended: Promise<void> } | undefined;
  return () => {
    const endsAtMs = clock.now() + durationMs;
    if (latest?.endsAtMs === endsAtMs) return latest.ended;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    clock.after(durationMs, resolve);
    latest = { endsAtMs, ended };
    return ended;
  };
}

/** Reads in the jobs table what became of each attempt. */
function makeEnds(tally: Tally, startMs: number, secondNow: () => number) {
  const { seen } = tally;
  const begun = new Set<string>();
  const parked = new Set<string>();
  return {
    begins(jobId: string) {
      begun.add(jobId);
      parked.delete(jobId);
    },
    delivered({ records }: Delivery, { jobs }: Fleet) {
      for (const { body } of records) {
        const { id } = JSON.parse(body) as { id: string };
        // What began and has not ended with this batch did not begin in it: a duplicate, or a message that came early.
        if (!begun.delete(id)) continue;
        const key = { id: { S: itemId(bench.type, id) } };
        const raw = jobs.get(key);
        if (raw === undefined) throw new Error(`${id} has no item`);
        const item = toItem<JobItem>(raw);
        if (item.status === 'COMPLETED' || item.status === 'DEAD') {
          tally.ended(item.status === 'DEAD' ? 'dead' : 'completed', secondNow(), item.attempts);
          if (item.status === 'DEAD') seen.failed += 1;
          // A million items fill the memory, and an ended job's is read again for duplicates only.
          jobs.delete(key);
          continue;
        }
        if (item.status !== 'RETRYING') throw new Error(`${keyOf(item)} is ${item.status} after its attempt`);
        seen.failed += 1;
        // A probe of a job that never had an attempt spends none.
        if (item.attempts > 0) tally.willRetry(item.attempts, ((item.dueAt ?? Number.NaN) - startMs) / 1000);
        if (item.listKey !== undefined) parked.add(id);
        seen.peakParked = Math.max(seen.peakParked, parked.size);
      }
    },
  };
}

interface Sending {
  readonly clock: VirtualClock;
  readonly fleet: Fleet;
  readonly tally: Tally;
}

function startProducer({ jobs, arrivedBy }: OutageOptions, { clock, fleet, tally }: Sending): void {
  const startMs = clock.now();
  let sent = 0;
  const send = () => {
    const second = (clock.now() - startMs) / 1000;
    const until = arrivedBy(second + SEND_EVERY_MS / 1000);
    tally.arrived(second, until - sent);
    while (sent < until) fleet.send(`${sent++}`);
    if (sent < jobs) clock.after(SEND_EVERY_MS, send);
  };
  send();
}
