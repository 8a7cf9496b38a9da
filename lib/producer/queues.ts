import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { errorName } from '../aws/errors.ts';
import type { ProducerSqs } from '../aws/producer-ports.ts';
import { type StageChoice, stageOf } from '../aws/stage-of.ts';
import { ENV, names } from '../contract/names.ts';
import { callFailure, isQueueMissing } from './call-failure.ts';
import { SendError } from './errors.ts';
import { startTries, type TryLimits } from './tries.ts';

/** Finds the queue of a job type. */
export type FindQueue = (type: string) => Promise<string>;

/** Where {@link makeFindQueue} looks. */
export interface QueueSource extends StageChoice {
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly sqs: () => ProducerSqs;
  readonly limits: TryLimits;
}

/**
 * The queue's URL: as it was given, or asked of SQS by the queue's fixed name, once a type; what fails is asked again.
 */
export function makeFindQueue({ queueUrls, ...source }: QueueSource): FindQueue {
  const found = new Map<string, Promise<string>>();
  return (type) => {
    const given = Object.hasOwn(queueUrls, type) ? queueUrls[type] : undefined;
    if (given !== undefined) return Promise.resolve(given);
    const known = found.get(type);
    if (known !== undefined) return known;
    const asked = ask(type, source);
    found.set(type, asked);
    asked.catch(() => found.delete(type));
    return asked;
  };
}

async function ask(type: string, { stage: given, app, sqs, limits }: Omit<QueueSource, 'queueUrls'>): Promise<string> {
  const stage = stageOf({ stage: given, app });
  const QueueName = names.queue(stage, type);
  try {
    return await urlOf(QueueName, sqs(), limits);
  } catch (cause) {
    const why = isQueueMissing(cause)
      ? `does not exist in this account and region: is stage "${stage}" deployed here, with the job type ${type}?${given === undefined ? ` (${ENV.stage} names the stage)` : ''}`
      : `could not be found: ${errorName(cause)}; sqs:GetQueueUrl is needed, or createProducer({ queueUrls })`;
    throw new SendError(`queue ${QueueName} ${why}`, { code: errorName(cause), maybeSent: false, cause });
  }
}

async function urlOf(QueueName: string, sqs: ProducerSqs, limits: TryLimits): Promise<string> {
  const tries = startTries(limits);
  for (;;) {
    try {
      const command = () => new GetQueueUrlCommand({ QueueName });
      const { QueueUrl } = await tries.request((options) => sqs.send(command(), options));
      if (QueueUrl === undefined) throw new TypeError('SQS answered without a URL');
      return QueueUrl;
    } catch (cause) {
      if (!callFailure(cause).isTransient || !(await tries.again())) throw cause;
    }
  }
}
