import { Annotations, Aspects, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { ENV } from '../../contract/names.ts';
import { SCHEMA_ITEM } from '../../contract/protocol/schema.ts';
import { itemsLike, jobsOf, namedAndLike, ownItems } from '../access/item-keys.ts';
import { arnsOf } from '../arns.ts';
import { flowNotes } from '../checks/flow-rules.ts';
import { type OwnPart, type QueueElsewhere, typesBeside } from '../checks/own-parts.ts';
import type { SluiceFunction } from '../functions/sluice-function.ts';
import { keyUse } from './dispatcher-rights.ts';
import { flowItems } from './flow-items.ts';

/**
 * Gives a consumer what its flows need: the right to send to the queues of `handsOn`, where those without the fixed name are, and
 * the right to the items of callbacks. It is given when the app is synthesised: only then are all types known.
 */
export function letHandOn(consumer: SluiceFunction, part: OwnPart): void {
  const { definition, stage } = part;
  if (definition?.handsOn === undefined) return;
  let isGiven = false;
  Aspects.of(consumer).add({
    visit(one) {
      if (one !== consumer || isGiven) return;
      isGiven = true;
      const types = typesBeside(part);
      const { handsOn = [] } = definition;
      const elsewhere = handsOn.flatMap((type) => named(type, types.get(type)?.elsewhere));
      const rights = queueRights(consumer, { stage, handsOn, elsewhere });
      rights.push(...itemRights(definition, types, arnsOf(consumer, stage).jobsTable));
      for (const statement of rights) consumer.addToRolePolicy(statement);
      for (const note of flowNotes(part)) Annotations.of(part.scope).addInfo(note);
      if (elsewhere.length === 0) return;
      const addresses = Object.fromEntries(elsewhere.map(({ type, address }) => [type, address]));
      consumer.addEnvironment(ENV.queuesElsewhere, Stack.of(consumer).toJsonString(addresses));
    },
  });
}

interface NamedQueue extends QueueElsewhere {
  readonly type: string;
}

const named = (type: string, queue: QueueElsewhere | undefined): NamedQueue[] =>
  queue === undefined ? [] : [{ type, ...queue }];

interface HandsOn {
  readonly stage: string;
  readonly handsOn: readonly string[];
  readonly elsewhere: readonly NamedQueue[];
}

function queueRights(consumer: SluiceFunction, { stage, handsOn, elsewhere }: HandsOn): PolicyStatement[] {
  if (handsOn.length === 0) return [];
  const arns = arnsOf(consumer, stage);
  const arnOf = (type: string) => elsewhere.find((one) => one.type === type)?.arn ?? arns.queue(type);
  return [
    // SendMessageBatch is authorised as SendMessage; a queue is found by its name.
    new PolicyStatement({ actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'], resources: handsOn.map(arnOf) }),
    ...elsewhere.flatMap(({ keyArn }) => keyUse(keyArn)),
  ];
}

function itemRights(
  { type }: JobDefinition,
  types: ReadonlyMap<string, OwnPart>,
  jobsTable: string,
): PolicyStatement[] {
  const handsOn = [...types].map(([name, { definition }]) => [name, definition?.handsOn ?? []] as const);
  const { parked, updated, read } = flowItems(type, new Map(handsOn));
  const allow = (actions: readonly string[], types: readonly string[], conditions: object) =>
    types.length === 0
      ? []
      : [new PolicyStatement({ actions: [...actions], resources: [jobsTable], conditions: { ...conditions } })];
  // Reads of one turn travel in one call, and one statement must allow all that a call reads.
  const readable = [...ownItems(type), SCHEMA_ITEM, ...read.map(jobsOf)];
  return [
    ...allow(['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'], parked, itemsLike(parked.map(jobsOf))),
    ...allow(['dynamodb:UpdateItem'], updated, namedAndLike(updated.map(jobsOf))),
    ...allow(['dynamodb:BatchGetItem'], read, namedAndLike(readable)),
  ];
}
