import { makeCallTime } from '../../engine/calls/call-time.ts';
import { makeWriter } from '../../engine/calls/writes.ts';
import { dispatch } from '../../engine/retries/dispatch.ts';
import { writeCoreSchema } from '../../engine/table/core-schema.ts';
import { type Delivery, deliver } from '../aws/lambda/event-source.ts';
import { makeProcess } from '../aws/lambda/process.ts';
import { makeEnvironment, makeLog, olderOf } from './environment.ts';
import type { Environment, World } from './model.ts';
import { keysOf } from './names-of.ts';
import { coreSchema, watchDeletions } from './next-version.ts';
import { olderSqs } from './older-version.ts';
import { overLines } from './process-network.ts';
import { queueName } from './stage.ts';

export interface InvokeOptions {
  readonly batchSize?: number;
  readonly throttled?: boolean;
}

/** One batch, in a new environment or a warm one that goes on where it was frozen; it may die on the way. */
export async function invoke(name: string, world: World, { batchSize = 10, throttled = false }: InvokeOptions = {}) {
  const { queue, clock, settings, trace, decisions } = world;
  const random = decisions.random(`${name}, its environment`);
  const isDown = clock.now() < world.down.consumer;
  const warm = random.percent(60) ? takeWarm(world) : undefined;
  const environment = warm ?? makeEnvironment(name, world);
  if (!isDown && !throttled) prepare(environment, name, world);
  const deletesAfterMs = deletion(name, world);
  const checkDeletions = environment.isNext ? undefined : watchDeletions(world);
  const delivery = await deliver(queue, {
    consumer: isDown ? () => Promise.reject(new Error('the consumer cannot start')) : environment.consumer,
    clock,
    process: environment.process,
    batchSize,
    throttled,
    functionTimeoutSeconds: settings.functionTimeoutSeconds,
    deletesAfterMs,
  });
  if (typeof deletesAfterMs === 'number' && deletesAfterMs > 0) noteLateDeletion(delivery, world);
  if (delivery.outcome === 'answered')
    checkDeletions?.(delivery.records.filter(({ messageId }) => !delivery.kept.includes(messageId)));
  if (delivery.outcome === 'crashed') world.storm.crashes += 1;
  if (delivery.outcome === 'timedOut') world.observer.violate(`${name} was not reported before its function’s end`);
  const messages = delivery.records.map(({ messageId }) => messageId).join(' ');
  const kept = delivery.kept.length === 0 ? '' : `, keeps ${delivery.kept.join(' ')}`;
  if (!isDown) trace?.(environment.name, `${name} of ${messages || 'nothing'}: ${delivery.outcome}${kept}`);
  if (environment.shutdown.aborted) environment.process.kill();
  if (!environment.process.alive) return;
  environment.process.freeze();
  world.warm.push(environment);
}

/** Lambda invokes no environment that it shuts down. */
function takeWarm({ warm }: World): Environment | undefined {
  for (;;) {
    const environment = warm.shift();
    if (environment === undefined || !environment.shutdown.aborted) return environment;
  }
}

/** Another invocation may be at work on a message, or have set its timer, when the deletion for the one before comes. */
function noteLateDeletion({ records, kept }: Delivery, { queue, observer, subject }: World): void {
  const acked = new Set(records.map(({ messageId }) => messageId).filter((id) => !kept.includes(id)));
  observer.deletingLate(
    new Set(
      queue
        .messages()
        .filter(({ messageId }) => acked.has(messageId))
        .flatMap((message) => keysOf(message, subject.definition)),
    ),
  );
}

function prepare(environment: Environment, name: string, world: World): void {
  const { process, name: who, isOlder } = environment;
  process.thaw();
  if (!world.storm.isOn || world.plan !== undefined || world.storm.crashesLeft <= 0) return;
  const shutDownAfterMs = world.decisions.random(`${name}, its shutdown`).int(0, 3000);
  // The version before renews a message without an id that it does not begin any more, under a name of which no item tells.
  if (!isOlder && world.decisions.happens(`${name}: SIGTERM after ${shutDownAfterMs} ms`, 8)) {
    // It may be killed before its jobs are put back: to them, a crash.
    world.storm.crashesLeft -= 1;
    world.trace?.(who, `is shut down ${shutDownAfterMs} ms into ${name}`);
    world.clock.after(shutDownAfterMs, environment.shutDown);
    return;
  }
  const moment = world.decisions.random(`${name}, its death`).int(1, 24);
  if (!world.decisions.happens(`${name}: its process dies at moment ${moment}`, 25)) return;
  world.storm.crashesLeft -= 1;
  world.trace?.(who, `will die at moment ${moment} of ${name}`);
  process.crashAtMoment(process.moments + moment);
}

/** What was acked is deleted soon, late, or not at all. */
function deletion(name: string, { storm, plan, decisions }: World): number | 'never' {
  if (!storm.isOn || plan !== undefined) return 0;
  if (decisions.happens(`${name}: what it acked is never deleted`, 4)) return 'never';
  const late = decisions.happens(`${name}: what it acked is deleted late`, 12);
  return late ? decisions.random(`${name}, its deletion`).pick([5000, 90_000, 200_000, 600_000]) : 0;
}

/** One tick of the dispatcher, in a process of its own, which may die on the way. */
export async function tick(name: string, world: World): Promise<void> {
  const { clock, decisions, dynamoDb, jobsTable, trace } = world;
  if (clock.now() < world.down.dispatcher) return trace?.(name, 'does not happen: the rule is disabled');
  const random = decisions.random(name);
  const line = { name, random, calls: 0, faultsInRow: 0, isNext: world.upgrade?.isCoreNext ?? false };
  dynamoDb.indexLagMs = world.storm.isOn && world.plan === undefined ? random.int(0, 5000) : 0;
  const process = makeProcess({ ...overLines(line, world), clock }, world.dies);
  const moment = random.int(1, 60);
  if (world.storm.isOn && world.plan === undefined && decisions.happens(`${name}: dies at moment ${moment}`, 25))
    process.crashAtMoment(moment);
  const older = olderOf(name, world);
  const callTime = makeCallTime({ clock: process.clock, random: random.next });
  const basics = { dynamoDb: process.dynamoDb, clock: process.clock, callTime };
  const table = { table: jobsTable, writer: makeWriter(basics) };
  const said = world.upgrade && sayCore(writeCoreSchema(table, coreSchema(world.upgrade)), name, world);
  const work = dispatch(
    {
      ...basics,
      ...table,
      sqs: older === undefined ? process.sqs : olderSqs(process.sqs, older),
      log: makeLog(name, world),
      queueName,
      queueUrls: new Map(),
    },
    clock.now() + 50_000,
  );
  const ended = Promise.all([work, said]).then(
    ([{ released }]) => `released ${released}`,
    (error: unknown) => `failed: ${String(error)}`,
  );
  const end = await Promise.race([ended, process.died.then(() => 'died')]);
  trace?.(name, end);
}

/** Says core's number beside the tick's work, as the dispatcher does; if the table did not answer, the next tick does. */
const sayCore = (writing: Promise<void>, name: string, { trace }: World): Promise<void> =>
  writing.then(
    () => trace?.(name, 'says core’s number'),
    (error: unknown) => trace?.(name, `cannot say core’s number: ${String(error)}`),
  );

/** Whether a parked job is on a due list: only then a tick has anything to do. */
export function firstListedMs({ dynamoDb, jobsTable }: World): number | undefined {
  let first: number | undefined;
  for (const { listKey, listAt } of dynamoDb.table(jobsTable).items()) {
    if (!listKey?.S?.startsWith('due#')) continue;
    const atMs = Number(listAt?.N);
    if (first === undefined || atMs < first) first = atMs;
  }
  return first;
}
