import { isOfNewer } from '../../../lib/contract/protocol/schema.ts';
import type { DynamoDb, SqsMessages } from '../../../lib/operator/aws.ts';
import { identityOf } from '../../../lib/operator/dead-letters/filter.ts';
import { isOurs, receiveDeadLetters } from '../../../lib/operator/dead-letters/receive.ts';
import { sendBack } from '../../../lib/operator/dead-letters/send-back.ts';
import type { JobTable } from '../../../lib/operator/job-table.ts';
import { cancel, retryNow } from '../../../lib/operator/jobs/cancel-and-retry.ts';
import { makeProcess } from '../../../lib/testing/aws/lambda/process.ts';
import type { World, WorldEvent } from '../../../lib/testing/simulation/model.ts';
import { overLines } from '../../../lib/testing/simulation/process-network.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';

/** What `sluice cancel`, `sluice retry` and `sluice dlq redrive` do, while everything else goes on, and may break off. */
export const OPERATOR_EVENTS: readonly WorldEvent[] = [
  {
    name: 'an operator cancels a job',
    weight: 3,
    happen: (world, random, name) =>
      operator(name, world, (hands) => {
        const key = someKey(world, random);
        return key === undefined ? undefined : cancel(hands.table, world.subject.definition, key);
      }),
  },
  {
    name: 'an operator has a job retried now',
    weight: 4,
    happen: (world, random, name) =>
      operator(name, world, (hands) => {
        const key = someKey(world, random);
        world.flows?.hurried(`${world.subject.definition.type}#${key}`);
        return key === undefined ? undefined : retryNow(hands.table, { type: world.subject.definition.type, key });
      }),
  },
  {
    name: 'an operator redrives dead letters',
    weight: 4,
    happen: (world, random, name) => operator(name, world, (hands) => redriveSome(world, random, hands)),
  },
];

export interface Hands {
  readonly table: JobTable;
  readonly sqs: SqsMessages;
}

/** The command as a process of its own: it may die at any of its calls, and says what stopped it. */
export async function operator(name: string, world: World, command: (hands: Hands) => Promise<unknown> | undefined) {
  const { clock, decisions, jobsTable } = world;
  const who = `operator at ${name}`;
  const line = { name: who, random: decisions.random(who), calls: 0, faultsInRow: 0 };
  const process = makeProcess({ ...overLines(line, world), clock });
  const moment = decisions.random(`${who}, its end`).int(1, 6);
  if (decisions.happens(`${who}: broken off at moment ${moment}`, 20)) process.crashAtMoment(moment);
  const dynamoDb = process.dynamoDb as { send: unknown } as DynamoDb;
  const table = { dynamoDb, table: jobsTable, now: clock.now };
  const work = Promise.resolve(command({ table, sqs: process.sqs as { send: unknown } as SqsMessages }));
  const ended = work.then(
    () => 'is done',
    (error: unknown) => `stopped: ${String(error)}`,
  );
  const end = await Promise.race([ended, process.died.then(() => 'is broken off')]);
  world.trace?.(who, end);
}

/** Rather that of a job of the next version, which this version's command must leave alone. */
function someKey({ observer }: World, random: Random): string | undefined {
  const all = [...observer.jobs.values()];
  const newer = all.filter(({ item }) => item !== undefined && isOfNewer(item));
  const [first, ...others] = newer.length > 0 ? newer : all;
  return first === undefined ? undefined : random.pick([first, ...others]).key;
}

async function redriveSome(world: World, random: Random, { sqs }: Hands): Promise<void> {
  const { queue, deadLetters, observer, subject, trace } = world;
  const dlq = { sqs, queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url };
  const received = await receiveDeadLetters(dlq, { hiddenSeconds: 30, waitSeconds: 0 });
  const redrives = received.map((deadLetter) => {
    const { run } = deadLetter.read.own;
    const body = isOurs(deadLetter) && random.percent(40) ? subject.correct?.(deadLetter.body, random) : undefined;
    const { payload } = JSON.parse(body ?? deadLetter.body) as { payload: unknown };
    const { jobId } = identityOf(deadLetter, subject.definition.type);
    trace?.('operator', `redrives ${jobId}${body === undefined ? '' : ' with a corrected body'}`);
    observer.redriven({ jobId, run: run ?? 0, payload });
    return { deadLetter, ...(body !== undefined && { body }) };
  });
  if (redrives.length > 0) await sendBack(dlq, redrives);
}
