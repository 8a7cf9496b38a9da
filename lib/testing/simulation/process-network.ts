import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../aws/ports.ts';
import type { Call } from '../aws/faults.ts';
import type { World } from './model.ts';
import { type NetworkFault, overNetwork } from './network-faults.ts';
import type { Random } from './random.ts';

/** One process's way to AWS. */
export interface Line {
  readonly name: string;
  readonly random: Random;
  calls: number;
  faultsInRow: number;
  /** Ends its process: what cuts a request off may end who sent it. */
  kill?: () => void;
}

/** Chances in a thousand; the rest goes well. */
const CHANCES: readonly (readonly [NetworkFault, number])[] = [
  ['throttled', 25],
  ['lostReply', 30],
  ['repeated', 20],
  ['straggles', 15],
  ['partly', 15],
];
/** A transaction that arrives when another attempt runs is what its fence is for: rare, if it were left to chance alone. */
const TRANSACTION = /^TransactWrite/;
const STRAGGLING_TRANSACTION = 100;
/** The engine tries six times: a storm that outlasts them says nothing about what it does with an answer. */
const MAX_IN_ROW = 3;

/** The clients of one process, over a network that the schedule's faults are drawn for. */
export function overLines(line: Line, world: World) {
  const network = {
    clock: world.clock,
    random: line.random,
    fault: (call: Call) => faultOf(call, line, world),
    reached: world.reached,
    refusal: world.refusal,
  };
  const { dynamoDb, sqs, bus } = world;
  return {
    dynamoDb: overNetwork<DynamoDb>(dynamoDb, network),
    documents: overNetwork<DynamoDbDocuments>({ client: dynamoDb.documents, faults: dynamoDb.faults }, network),
    sqs: overNetwork<Sqs>(sqs, network),
    events: overNetwork<EventBridge>(bus, network),
  };
}

function faultOf(call: Call, line: Line, world: World): NetworkFault | undefined {
  line.calls += 1;
  const planned = world.plan?.(call);
  if (planned !== undefined) world.trace?.(line.name, `${call.name}: ${planned}`);
  if (planned !== undefined || !world.stormy || world.plan !== undefined) return planned;
  let luck = line.random.int(1, 1000);
  for (const [fault, chance] of CHANCES) {
    luck -= fault === 'straggles' && TRANSACTION.test(call.name) ? STRAGGLING_TRANSACTION : chance;
    if (luck > 0) continue;
    if (line.faultsInRow >= MAX_IN_ROW) break;
    const name = `${line.name}, call ${line.calls} (${call.name}): ${fault}`;
    if (!world.decisions.take(name)) break;
    world.trace?.(line.name, `${call.name}: ${fault}`);
    line.faultsInRow += 1;
    if (fault === 'straggles') mayDie(name, line, world);
    return fault;
  }
  line.faultsInRow = 0;
  return undefined;
}

function mayDie(name: string, line: Line, world: World): void {
  if (line.kill === undefined || world.crashesLeft <= 0) return;
  if (!world.decisions.happens(`${name}, and its process dies`, 30)) return;
  world.crashesLeft -= 1;
  world.trace?.(line.name, 'dies');
  line.kill();
}
