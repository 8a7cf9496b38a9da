import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { errorName } from '../aws/errors.ts';
import type { ProducerSqs } from '../aws/ports.ts';
import { checkedStage, ENV, names } from '../contract/names.ts';
import { isQueueMissing } from './call-failure.ts';
import { ProducerConfigurationError, SendError } from './errors.ts';

/** Finds the queue of a job type. */
export type FindQueue = (type: string) => Promise<string>;

/** Where {@link makeFindQueue} looks. */
export interface QueueSource {
  readonly stage: string | undefined;
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly sqs: () => ProducerSqs;
}

/**
 * The queue's URL: as it was given, or asked of SQS by the queue's fixed name, once a type; what fails is asked again.
 */
export function makeFindQueue({ stage, queueUrls, sqs }: QueueSource): FindQueue {
  const found = new Map<string, Promise<string>>();
  return (type) => {
    const given = Object.hasOwn(queueUrls, type) ? queueUrls[type] : undefined;
    if (given !== undefined) return Promise.resolve(given);
    const known = found.get(type);
    if (known !== undefined) return known;
    const asked = ask(type, stage, sqs);
    found.set(type, asked);
    asked.catch(() => found.delete(type));
    return asked;
  };
}

async function ask(type: string, given: string | undefined, sqs: () => ProducerSqs): Promise<string> {
  const stage = given ?? process.env[ENV.stage];
  if (stage === undefined || stage === '') {
    throw new ProducerConfigurationError(
      `which stage? Set the environment variable ${ENV.stage}, or use createProducer({ stage })`,
    );
  }
  const QueueName = names.queue(checkedStage(stage), type);
  try {
    const { QueueUrl } = await sqs().send(new GetQueueUrlCommand({ QueueName }));
    if (QueueUrl === undefined) throw new TypeError('SQS answered without a URL');
    return QueueUrl;
  } catch (cause) {
    const why = isQueueMissing(cause)
      ? `does not exist in this account and region: is stage "${stage}" deployed here, with the job type ${type}?`
      : `could not be found: ${errorName(cause)}; sqs:GetQueueUrl is needed, or createProducer({ queueUrls })`;
    throw new SendError(`queue ${QueueName} ${why}`, { code: errorName(cause), maybeSent: false, cause });
  }
}
