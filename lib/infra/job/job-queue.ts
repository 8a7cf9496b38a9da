import { Duration } from 'aws-cdk-lib';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { names } from '../../contract/names.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { letSend } from '../access/producers.ts';
import { keyByAlias } from '../access/stage-key.ts';
import { arnsOf } from '../arns.ts';
import { acknowledge } from '../checks/security.ts';
import { removalPolicy } from '../stage-settings.ts';
import type { TheirQueue } from './foreign-queue.ts';

/** What all queues of a stage have in common follows from these. */
export interface QueueDefaultsProps {
  readonly stage: string;
  readonly disposable: boolean;
  /** Whether it has the stage's key. */
  readonly encrypted: boolean;
}

/** Settings of {@link JobQueue}. */
export interface JobQueueProps extends QueueDefaultsProps {
  /** @default the fixed one */
  readonly queueName?: string | undefined;
  /** A queue of somebody else's, to be consumed. @default one is made */
  readonly theirs?: TheirQueue | undefined;
  readonly definition: JobDefinition;
  readonly producers: readonly IPrincipal[];
}

/** SQS's longest retention. */
const DEAD_LETTER_RETENTION = Duration.days(14);

/** A job type's queue and its dead-letter queue. */
export class JobQueue extends Construct {
  readonly queue: IQueue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: JobQueueProps) {
    super(scope, id);
    const { stage, definition, theirs, queueName = names.queue(stage, definition.type) } = props;
    const { type } = definition;
    const settings = queueSettings(definition);
    const common = queueDefaults(this, 'Key', props);
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...common,
      queueName: names.deadLetterQueue(stage, type),
      retentionPeriod: DEAD_LETTER_RETENTION,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        // By name: the two queues refer to each other, and CloudFormation allows no circular reference.
        sourceQueues: [theirs?.queue ?? Queue.fromQueueArn(this, 'Source', arnsOf(this, stage).queueNamed(queueName))],
      },
    });
    if (theirs !== undefined) {
      this.queue = theirs.queue;
      acknowledge(this.deadLetterQueue, {
        rule: 'SQS3',
        reason: 'it is a dead-letter queue itself, into which the consumer of another queue writes',
      });
      return;
    }
    const queue = new Queue(this, 'Queue', {
      ...common,
      queueName,
      retentionPeriod: Duration.seconds(settings.retentionSeconds),
      visibilityTimeout: Duration.seconds(settings.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: settings.maxReceiveCount },
    });
    letSend(queue, props.producers);
    this.queue = queue;
  }
}

/** What all queues of a stage have in common. */
export const queueDefaults = (
  scope: Construct,
  keyId: string,
  { stage, disposable, encrypted }: QueueDefaultsProps,
) => ({
  // Without it CloudFormation sets a queue back to 262,144.
  maxMessageSizeBytes: MAX_MESSAGE_BYTES,
  ...(encrypted
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: keyByAlias(scope, keyId, stage) }
    : { encryption: QueueEncryption.SQS_MANAGED }),
  enforceSSL: true,
  // A queue holds jobs, so it is kept when its stack is deleted, except on disposable stages.
  removalPolicy: removalPolicy(disposable),
});
