import { REQUEST_TIMEOUT_MS, REQUESTS_PER_CALL } from '../../aws/client-settings.ts';
import type { DynamoDb, DynamoDbDocuments, EventBridge, Sqs } from '../../aws/ports.ts';
import type { Call } from '../aws/faults.ts';
import { makeSdkClient } from '../aws/sdk-client.ts';
import type { World } from './model.ts';
import { type NetworkFault, overNetwork } from './network-faults.ts';
import { ofVersion } from './next-version.ts';
import type { Random } from './random.ts';

/** One process's way to AWS. */
export interface Line {
  readonly name: string;
  readonly random: Random;
  calls: number;
  faultsInRow: number;
  /** Its process is of the next version. @default of this one */
  readonly isNext?: boolean;
  /** Ends its process: what cuts a request off may end who sent it. */
  kill?: () => void;
}

/** One call meets at most one of these; they are drawn in this order. */
const DRAWN = ['throttled', 'lostReply', 'repeated', 'straggles', 'partly'] as const;
/** A transaction that arrives when another attempt runs is what its fence is for: rare, if it were left to chance alone. */
const TRANSACTION = /^TransactWrite/;
const STRAGGLING_TRANSACTION = 100;
/** The engine tries five times or more: a storm that outlasts them says nothing about what it does with an answer. */
const MAX_IN_ROW = 3;

/** As the engine's own clients are made. */
const SDK = { maxAttempts: REQUESTS_PER_CALL, baseDelayMs: 25, requestTimeoutMs: REQUEST_TIMEOUT_MS };

/** The clients of one process, over a network that the schedule's faults are drawn for. */
export function overLines(line: Line, world: World) {
  const network = {
    clock: world.clock,
    random: line.random,
    fault: (call: Call) => faultOf(call, line, world),
    reached: world.reached,
    refusal: world.refusal,
  };
  const { sqs, bus } = world;
  const { client, documents, faults } = world.dynamoDb;
  const versioned = { client: ofVersion<DynamoDb>(client, line, world), faults };
  const versionedDocuments = { client: ofVersion<DynamoDbDocuments>(documents, line, world), faults };
  const bySdk = <T>(client: T) => makeSdkClient(client, { ...SDK, clock: world.clock, random: line.random.next });
  return {
    dynamoDb: bySdk(overNetwork<DynamoDb>(versioned, network)),
    documents: bySdk(overNetwork<DynamoDbDocuments>(versionedDocuments, network)),
    sqs: bySdk(overNetwork<Sqs>(sqs, network)),
    events: bySdk(overNetwork<EventBridge>(bus, network)),
  };
}

function faultOf(call: Call, line: Line, world: World): NetworkFault | undefined {
  line.calls += 1;
  const planned = world.plan?.(call);
  if (planned !== undefined) world.trace?.(line.name, `${call.name}: ${planned}`);
  if (planned !== undefined || !world.storm.isOn || world.plan !== undefined) return planned;
  if (isUnanswered(call, line, world)) return 'unanswered';
  let luck = line.random.int(1, 1000);
  for (const fault of DRAWN) {
    const isTransaction = fault === 'straggles' && TRANSACTION.test(call.name);
    luck -= isTransaction ? Math.max(STRAGGLING_TRANSACTION, world.chances[fault]) : world.chances[fault];
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

/** Out of what a schedule may cost a job in attempts. */
function isUnanswered(call: Call, line: Line, world: World): boolean {
  if (world.storm.crashesLeft <= 0 || line.random.int(1, 1000) > world.chances.unanswered) return false;
  if (!world.decisions.take(`${line.name}, call ${line.calls} (${call.name}): unanswered`)) return false;
  world.storm.crashesLeft -= 1;
  world.storm.outages += 1;
  world.trace?.(line.name, `${call.name}: unanswered`);
  return true;
}

function mayDie(name: string, line: Line, world: World): void {
  if (line.kill === undefined || world.storm.crashesLeft <= 0) return;
  if (!world.decisions.happens(`${name}, and its process dies`, 30)) return;
  world.storm.crashesLeft -= 1;
  world.trace?.(line.name, 'dies');
  line.kill();
}
