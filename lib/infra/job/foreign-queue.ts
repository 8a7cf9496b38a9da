import { Stack, Token } from 'aws-cdk-lib';
import { CfnQueue, type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';

/** A queue that another app made. */
export interface ForeignQueue {
  readonly arn: string;
  /** @default that of AWS for the ARN. An emulator's is another */
  readonly url?: string;
  /** Of the customer-managed key that encrypts it. @default AWS's own key */
  readonly keyArn?: string;
  /**
   * That its policy lets the consumer receive, and consumer and dispatcher send: a queue of another account must. @default false
   */
  readonly policyAllows?: boolean;
}

/** A queue of somebody else's, as a job type consumes it. */
export interface TheirQueue {
  readonly queue: IQueue;
  readonly keyArn: string | undefined;
}

const DAY_SECONDS = 86_400;
/** SQS's defaults for what a template leaves out (Amazon SQS API Reference, SetQueueAttributes). */
const DEFAULTS = { visibilitySeconds: 30, retentionSeconds: 4 * DAY_SECONDS };

/**
 * Takes a queue of the app, or of another, for a job type.
 *
 * @throws RangeError for one that is FIFO, of another region, or of another account whose policy is not said to allow it
 */
export function theirQueue(scope: Construct, given: IQueue | ForeignQueue, definition: JobDefinition): TheirQueue {
  if (!('arn' in given)) {
    checkArn(scope, given.queueArn, { fifo: given.fifo });
    scope.node.addValidation({ validate: () => faultsOf(given, definition) });
    return { queue: given, keyArn: given.encryptionMasterKey?.keyArn };
  }
  const { arn, url, keyArn, policyAllows } = given;
  checkArn(scope, arn, { policyAllows });
  if (definition.schedule.length > 0) {
    throw new RangeError(
      `${scope.node.path}: schedules need a queue whose policy lets EventBridge send, which only the app that made ${arn} can write: send from there`,
    );
  }
  const attributes = { queueArn: arn, ...(url !== undefined && { queueUrl: url }) };
  return { queue: Queue.fromQueueAttributes(scope, 'Theirs', attributes), keyArn };
}

interface Known {
  readonly fifo?: boolean;
  readonly policyAllows?: boolean | undefined;
}

function checkArn(scope: Construct, arn: string, { fifo = false, policyAllows = false }: Known): void {
  const { account, region } = Stack.of(scope);
  const refuse = (why: string) => new RangeError(`${scope.node.path}: the queue ${arn} ${why}`);
  if (fifo)
    throw refuse('is FIFO: it would hold all jobs of a group back behind one that waits. Take a standard queue');
  if (Token.isUnresolved(arn)) return;
  const [, , service, itsRegion, itsAccount, name = ''] = arn.split(':');
  if (service !== 'sqs' || name === '')
    throw refuse('is no ARN of an SQS queue, as arn:aws:sqs:eu-west-1:111122223333:uploads');
  if (name.endsWith('.fifo')) throw refuse('is FIFO: it would hold all jobs of a group back. Take a standard queue');
  if (!Token.isUnresolved(region) && itsRegion !== region) {
    throw refuse(`is of region ${itsRegion}, and the function of ${region}: Lambda consumes queues of its own region`);
  }
  if (policyAllows || Token.isUnresolved(account) || itsAccount === account) return;
  throw refuse(
    `is of account ${itsAccount}: neither consumer nor dispatcher may send to it, unless its policy lets them (sqs:SendMessage; ` +
      'for the consumer also ReceiveMessage, DeleteMessage, ChangeMessageVisibility and GetQueueAttributes). Then say so: policyAllows: true',
  );
}

/** What a queue of the app lacks that a job type needs, when the app is synthesised: its properties may change until then. */
function faultsOf(queue: IQueue, definition: JobDefinition): string[] {
  const own = queue.node.defaultChild;
  if (!(own instanceof CfnQueue)) return [];
  const wanted = queueSettings(definition);
  const { visibilityTimeout = DEFAULTS.visibilitySeconds, messageRetentionPeriod = DEFAULTS.retentionSeconds } = own;
  const { maxReceiveCount } = (Stack.of(own).resolve(own.redrivePolicy) ?? {}) as { maxReceiveCount?: number };
  const { path } = queue.node;
  return [
    ...(visibilityTimeout >= wanted.visibilityTimeoutSeconds
      ? []
      : [
          `the queue ${path} hides a message for ${visibilityTimeout} s, and a batch takes up to ${wanted.functionTimeoutSeconds} s: set its ` +
            `visibility timeout to ${wanted.visibilityTimeoutSeconds} s (six times the function's, and the batch window)`,
        ]),
    ...(maxReceiveCount !== undefined && maxReceiveCount >= wanted.maxReceiveCount
      ? []
      : [redriveFault(path, maxReceiveCount, wanted)]),
    ...(messageRetentionPeriod < definition.retention * DAY_SECONDS
      ? []
      : [
          `the queue ${path} keeps a message for ${messageRetentionPeriod / DAY_SECONDS} days, a finished job's item for ${definition.retention}: ` +
            `a late duplicate would run again. Set retention of ${definition.type} to more`,
        ]),
  ];
}

const redriveFault = (
  path: string,
  count: number | undefined,
  { maxReceiveCount }: { readonly maxReceiveCount: number },
) =>
  count === undefined
    ? `the queue ${path} has no dead-letter queue: a message on which the process crashes each time would come back until the queue ` +
      `drops it. Give it one, with maxReceiveCount ${maxReceiveCount}`
    : `the queue ${path} dead-letters a message after ${count} receives, and a job that waits is received again and again: set its ` +
      `maxReceiveCount to ${maxReceiveCount} at least`;
