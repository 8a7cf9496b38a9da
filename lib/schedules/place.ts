import { GetQueueAttributesCommand, type GetQueueAttributesCommandOutput } from '@aws-sdk/client-sqs';
import type { ProducerSqs } from '../aws/producer-ports.ts';
import { scheduleNames } from '../contract/schedule-names.ts';
import { ScheduleError } from './errors.ts';

/** The calls to SQS that schedules make: an `SQSClient`, or what stands in for one. */
export type ScheduleSqs = ProducerSqs & {
  send(command: GetQueueAttributesCommand): Promise<GetQueueAttributesCommandOutput>;
};

/** Where a job type's ticks go, and as what. */
export interface Place {
  readonly queueArn: string;
  readonly roleArn: string;
  readonly deadLetterQueueArn: string;
}

/** Partition, region and account are those of the queue. */
export async function placeOf(sqs: ScheduleSqs, stage: string, queueUrl: string): Promise<Place> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  const queueArn = (await sqs.send(command)).Attributes?.QueueArn ?? '';
  const [, partition, , region, account] = queueArn.split(':');
  if (partition === undefined || region === undefined || account === undefined) {
    throw new ScheduleError(`SQS says no ARN of the queue ${queueUrl}`);
  }
  return {
    queueArn,
    roleArn: `arn:${partition}:iam::${account}:role/${scheduleNames.role(stage, region)}`,
    deadLetterQueueArn: `arn:${partition}:sqs:${region}:${account}:${scheduleNames.deadLetterQueue(stage)}`,
  };
}
