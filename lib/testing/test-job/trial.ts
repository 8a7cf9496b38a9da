import { toSqs } from '../../aws/message-attributes.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { isRepeatable } from '../../contract/definition/repeatable.ts';
import { decodeEnvelope, encodeEnvelope } from '../../contract/envelope.ts';
import { ENVELOPE_MARK } from '../../contract/message-attributes.ts';
import { readPayload } from '../../contract/payload.ts';
import { written } from '../../contract/protocol/item-write.ts';
import { isFinished, itemId, type JobItem } from '../../contract/protocol/job-item.ts';
import { cancelJob } from '../../contract/protocol/operate.ts';
import { TICK_MS } from '../../contract/protocol/timing.ts';
import { runBatch } from '../../engine/job/batch.ts';
import type { JobContext } from '../../engine/job-context.ts';
import { deliver } from '../aws/lambda/event-source.ts';
import { makeProcess } from '../aws/lambda/process.ts';
import { makeVirtualClock } from '../virtual-clock.ts';
import { drive } from './clock.ts';
import { type Event, JOBS_TABLE, makeTestAws, makeTestEngine, type TestAws, tick } from './engine.ts';
import { TestJobError } from './error.ts';
import { type AttemptPhase, type FaultPlan, makeFaultPlan } from './faults.ts';
import { flowContext } from './flow.ts';
import { type WatchedHandler, watchHandler } from './handler.ts';
import type { TestJobOptions } from './options.ts';
import { noteProgress, noteWrites, type WriteLog } from './writes.ts';

/** One job on its way through a handler under test. */
export interface Trial {
  readonly definition: JobDefinition;
  readonly key: string;
  readonly handler: (payload: unknown, context: JobContext) => unknown;
  readonly tables: readonly string[];
  readonly patienceMs: number;
  /** What the handler's context has of a flow. */
  readonly flowContext: Pick<JobContext, 'flow' | 'previous'>;
  readonly aws: TestAws;
  readonly faults: FaultPlan;
  /** Values of `progress` that stood in the job's item, in order. */
  readonly progress: unknown[];
  readonly written: WriteLog;
  readonly events: readonly Event[];
  readonly sentAtMs: number;
  /** As the table holds it now. */
  item(): JobItem | undefined;
  /** What the attempt that runs is doing; undefined between attempts. */
  phase: AttemptPhase | undefined;
}

/** Sends the job. @throws TestJobError if it cannot be sent */
export function makeTrial(definition: JobDefinition, handler: Trial['handler'], options: TestJobOptions): Trial {
  const { tables = {}, random = () => 0, clock = makeVirtualClock(), id = 'job-1', key = id } = options;
  const { faults = [], items = {}, patienceMs = 10_000 } = options;
  const events: Event[] = [];
  const aws = makeTestAws(definition, { clock, random, tables, items, onEvent: (event) => events.push(event) });
  const trial: Trial = {
    ...{ definition, key, handler, patienceMs, aws, events },
    tables: Object.keys(tables),
    flowContext: flowContext(options),
    faults: makeFaultPlan(faults),
    progress: [],
    written: { writes: [], checkpoints: [], failure: undefined },
    sentAtMs: clock.now(),
    item: () => aws.dynamoDb.item(JOBS_TABLE, itemId(definition.type, key)),
    phase: undefined,
  };
  trial.faults.planCalls(aws.dynamoDb, () => trial.phase);
  const MessageBody = bodyOf(definition, { ...options, id, key }, clock.now());
  // As a producer's message has it: what `accept` makes of others is for testAccept.
  aws.queue.add({ MessageBody, MessageAttributes: toSqs(ENVELOPE_MARK) }, 'message-1');
  return trial;
}

function bodyOf(definition: JobDefinition, { payload, id, key, maxAttempts }: TestJobOptions, nowMs: number): string {
  const { type } = definition;
  const envelope = { payload: payload as unknown, id, key, ...(maxAttempts !== undefined && { maxAttempts }) };
  let body: string;
  try {
    body = encodeEnvelope(envelope as Parameters<typeof encodeEnvelope>[0], type, nowMs);
  } catch (cause) {
    throw new TestJobError(`${type}: the job cannot be sent: ${(cause as Error).message}`, { cause });
  }
  const sent = decodeEnvelope(body, type, nowMs).payload;
  if (isRepeatable(() => readPayload(definition, sent).payload)) return body;
  throw new TestJobError(
    `${type}: the schema makes another payload of this one each time, so each attempt would get its own: make in the producer what it makes, and send it`,
  );
}

export const isOver = (item: JobItem | undefined): item is JobItem =>
  item !== undefined && isFinished(item) && item.undelivered === undefined;

/** Hands the message to a process of its own, once it is visible. */
export async function takeTurn(trial: Trial): Promise<void> {
  const { definition, aws, faults, patienceMs } = trial;
  const { clock, dynamoDb, sqs, bus, queue } = aws;
  await untilVisible(trial);
  const tables = noteProgress(dynamoDb, trial);
  const clients = { ...tables, sqs: sqs.client, events: bus.client };
  const process = makeProcess({ ...clients, clock });
  const shutdown = new AbortController();
  const watched: WatchedHandler = watchHandler({
    ...{ handler: trial.handler, process, faults, patienceMs, flowContext: trial.flowContext },
    onPhase: (phase) => {
      trial.phase = phase;
    },
    cancel: () => cancel(trial),
    shutdown,
  });
  const documents = noteWrites(process.documents, trial.written, trial);
  const engine = makeTestEngine(definition, watched.perform, { aws, process, documents, shutdown: shutdown.signal });
  const delivery = deliver(queue, {
    consumer: (event, context) => runBatch(event, context, engine),
    ...{ clock, process },
    functionTimeoutSeconds: queueSettings(definition).functionTimeoutSeconds,
  });
  trial.phase = 'begin';
  await drive(delivery, clock, watched);
  trial.phase = undefined;
  await watched.leave();
  if (trial.written.failure !== undefined) throw trial.written.failure;
}

/** As `sluice cancel` does: a job that has no row yet is refused before it ends. */
function cancel({ definition, key, aws, ...trial }: Trial): void {
  const { type, retry, retention, queueRetention } = definition;
  const item = trial.item();
  const nowMs = aws.clock.now();
  const step = cancelJob({ item, type, key, nowMs, maxAttempts: retry.maxAttempts, retention, queueRetention });
  if (step.row !== 'none') aws.dynamoDb.put(JOBS_TABLE, written(step.write, item));
}

/** Lets time pass until the message can be received, with the dispatcher each minute if its job is parked. */
async function untilVisible(trial: Trial): Promise<void> {
  const { clock, queue, deadLetters } = trial.aws;
  while (queue.counts().visible === 0) {
    const visibleAtMs = queue.nextVisibleAtMs();
    if (visibleAtMs !== undefined) {
      await clock.advance(visibleAtMs - clock.now());
      continue;
    }
    const dueAtMs = trial.item()?.listKey === undefined ? undefined : trial.item()?.dueAt;
    if (dueAtMs === undefined) throw strandedError(deadLetters.messages().length > 0);
    await clock.advance(TICK_MS * Math.max(1, Math.floor((dueAtMs - clock.now()) / TICK_MS)));
    await drive(tick(trial.aws), clock);
  }
}

function strandedError(isDeadLetter: boolean): TestJobError {
  if (!isDeadLetter) return new TestJobError('the job waits, and nothing will bring its message back');
  return new TestJobError(
    'the job never ran to an end: SQS moved its message to the dead-letter queue after too many receives. ' +
      'With dynamoDbThrottles(…, Infinity) no attempt can ever begin or end.',
  );
}
