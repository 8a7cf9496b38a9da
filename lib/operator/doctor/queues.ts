import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { names } from '../../contract/names.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { flagsOf, nowOf, type Stage } from '../aws.ts';
import { readList, readLists } from '../jobs/lists.ts';
import { readItems } from '../jobs/read-items.ts';
import { queueAttributes, queuesOf } from '../stage.ts';
import { bad, type Check, deployAgain, deployIt, type Finding, note, ok, orOk } from './finding.ts';

const DAY_SECONDS = 24 * 3600;
/** SQS's longest retention: dead letters are kept for it. */
export const DLQ_SECONDS = 14 * DAY_SECONDS;

export const deadLetters: Check = async ({ stage, types }) => {
  const findings = await Promise.all(
    types.map(async (type): Promise<Finding[]> => {
      const { deadLetterQueueUrl } = await queuesOf(stage, type);
      const counts = await queueAttributes(stage.aws.sqs, deadLetterQueueUrl, [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
      ]);
      const count = Object.values(counts).reduce((sum, text) => sum + Number(text), 0);
      if (count === 0) return [];
      const todo = `npx sluice dead ${type}${flagsOf(stage)}, fix the cause, then npx sluice dlq redrive ${type}${flagsOf(stage)}`;
      return [bad('dead letters', `${type} has ${count}`, todo)];
    }),
  );
  return orOk(findings.flat(), ok('dead letters', 'none'));
};

/** Compares the deployed retention and redrive policy with the definitions: without them jobs can be lost. */
export const retention: Check = async ({ stage, types, definitions }) => {
  const findings = await Promise.all(
    types.map(async (type): Promise<Finding[]> => {
      const { queueUrl, deadLetterQueueUrl, isElsewhere } = await queuesOf(stage, type);
      const definition = definitions.find((one) => one.type === type);
      if (isElsewhere) return definition === undefined ? [] : foreignFindings(stage, queueUrl, definition);
      const wanted = definition?.queueRetention;
      const queue = await queueAttributes(stage.aws.sqs, queueUrl, ['MessageRetentionPeriod', 'RedrivePolicy']);
      const dlq = await queueAttributes(stage.aws.sqs, deadLetterQueueUrl, ['MessageRetentionPeriod']);
      const todo = deployAgain(stage, names.jobStack(stage.name, type));
      const days = Number(queue.MessageRetentionPeriod) / DAY_SECONDS;
      return [
        ...(wanted === undefined || days === wanted
          ? []
          : [bad('retention', `${type} keeps messages for ${days} days, its definition says ${wanted}`, todo)]),
        ...(queue.RedrivePolicy?.includes(names.deadLetterQueue(stage.name, type))
          ? []
          : [bad('retention', `${type} has no redrive policy to its dead-letter queue`, todo)]),
        ...(Number(dlq.MessageRetentionPeriod) >= DLQ_SECONDS
          ? []
          : [bad('retention', `dead letters of ${type} are kept for less than 14 days`, todo)]),
      ];
    }),
  );
  return orOk(findings.flat(), ok('retention', `${types.length} queues as their definitions say`));
};

/** What a queue of another name, perhaps another's, must have: no deploy of ours sets it. */
async function foreignFindings(stage: Stage, queueUrl: string, definition: JobDefinition): Promise<Finding[]> {
  const { type } = definition;
  const asked = ['VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy', 'FifoQueue'] as const;
  const found = await queueAttributes(stage.aws.sqs, queueUrl, [...asked]);
  const { visibilityTimeoutSeconds, maxReceiveCount } = queueSettings(definition);
  const { maxReceiveCount: receives } = JSON.parse(found.RedrivePolicy ?? '{}') as {
    maxReceiveCount?: number | string;
  };
  const faults = [
    Number(found.VisibilityTimeout) < visibilityTimeoutSeconds &&
      `hides a message for ${found.VisibilityTimeout} s, its consumer needs ${visibilityTimeoutSeconds} s`,
    Number(found.MessageRetentionPeriod) >= definition.retention * DAY_SECONDS &&
      `keeps a message as long as a finished job's item (${definition.retention} days): a late duplicate would run again`,
    receives === undefined &&
      'has no dead-letter queue: a message on which the process crashes comes back until it is dropped',
    Number(receives) < maxReceiveCount &&
      `dead-letters after ${receives} receives, jobs that wait need ${maxReceiveCount}`,
    found.FifoQueue === 'true' && 'is FIFO: jobs of a group wait for one that waits',
  ];
  const todo = `have it set where the queue is made: ${queueUrl}`;
  return faults.flatMap((what) => (what === false ? [] : [bad('retention', `the queue of ${type} ${what}`, todo)]));
}

/** A tick releases jobs that are due within 90 s. A job that is three minutes late shows that ticks fail or do not run. */
const OVERDUE_MS = 3 * 60_000;

export const overdue: Check = async ({ stage, types }) => {
  const nowMs = nowOf(stage);
  // What is due next comes first: if not all are read, those that are overdue are among the first.
  const { entries, truncated, cut } = await readLists(stage, 'due', { types });
  const found = [...new Set(entries.map(({ type }) => type))].sort();
  const findings = found.flatMap((type): Finding[] => {
    const own = entries.filter((entry) => entry.type === type);
    if (!types.includes(type)) return [withoutQueue(stage, type, own.length)];
    const [oldest, ...others] = own.filter(({ listAt }) => listAt < nowMs - OVERDUE_MS);
    if (oldest === undefined) return [];
    const count = `${others.length + 1 === own.length && cut.has(type) ? 'more than ' : ''}${others.length + 1}`;
    const minutes = Math.round((nowMs - oldest.listAt) / 60_000);
    const todo = `look at the latest errors in log group /aws/lambda/${names.dispatcher(stage.name)}`;
    return [bad('parked jobs', `${count} of ${type} are overdue, the oldest by ${minutes} minutes`, todo)];
  });
  return orOk(findings, ok('parked jobs', `${truncated ? 'more than ' : ''}${entries.length}, none is overdue`));
};

/** The dispatcher keeps such jobs, and looks for their queue once an hour. */
function withoutQueue(stage: Stage, type: string, count: number): Finding {
  const todo = `to run or cancel them, bring its stack back: ${deployIt(stage, names.jobStack(stage.name, type))}`;
  return bad('parked jobs', `${count} of ${type} wait, and its queue is gone`, todo);
}

/** A pending delivery is tried again with each receive of the message: an hour allows many of them. */
const PENDING_MS = 3600_000;

export const pendingDeliveries: Check = async ({ stage }) => {
  const { entries, truncated } = await readList(stage, 'dead');
  const old = entries.filter(({ listAt }) => listAt < nowOf(stage) - PENDING_MS).map(({ id }) => id);
  const items = await readItems(stage, old, ['id', 'type', 'undelivered', 'status']);
  const dead = items.filter(({ status, undelivered }) => status === 'DEAD' && undelivered !== undefined);
  if (dead.length === 0) {
    const which = truncated ? `the latest ${entries.length}` : `${entries.length} within the retention`;
    return [ok('deaths', `${which}, each was delivered`)];
  }
  const unsent = dead.filter(({ undelivered }) => undelivered === true);
  const unpublished = dead.filter(({ undelivered }) => undelivered === 'event');
  const checkSending = 'may its consumer send to the dead-letter queue? Look for job.dead-letter-failed in its log';
  const checkEvents = 'may its consumer put events on the default bus? Look for job.publish-failed in its log';
  return [
    ...pending(unsent, 'could not be sent to the dead-letter queue', checkSending),
    ...pending(unpublished, 'are in the dead-letter queue, but their event could not be published', checkEvents),
  ];
};

function pending(items: readonly JobItem[], what: string, todo: string) {
  if (items.length === 0) return [];
  const types = [...new Set(items.map(({ type }) => type))].join(', ');
  return [note('deaths', `${items.length} of ${types} ${what}`, todo)];
}
