import type {
  CreateQueueCommandInput,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  ListDeadLetterSourceQueuesCommandInput,
  ListQueuesCommandInput,
  PurgeQueueCommandInput,
  SetQueueAttributesCommandInput,
} from '@aws-sdk/client-sqs';
import { refused } from './limits.ts';
import { NEW_QUEUE, toAttributes, toSettings } from './queue-attributes.ts';
import type { SqsCommand, SqsService } from './service.ts';

/** How long after a purge the next one is refused (SQS API Reference, PurgeQueue). */
export const PURGE_MS = 60_000;

const byArn =
  ({ queues }: SqsService) =>
  (wanted: string) =>
    queues().find(({ arn }) => arn === wanted);

/** The same queue for the same attributes, left-out ones not counted. */
const createQueue: SqsCommand<CreateQueueCommandInput> = ({ QueueName = '', Attributes = {} }, service) => {
  const settings = toSettings(Attributes, byArn(service));
  const existing = service.queues().find(({ name }) => name === QueueName);
  if (existing === undefined) return { QueueUrl: service.create(QueueName, { ...NEW_QUEUE, ...settings }).url };
  const present = toAttributes(existing);
  for (const [name, value] of Object.entries(Attributes)) {
    if (present[name] === value) continue;
    const message = 'A queue already exists with the same name and a different value for attribute';
    throw refused(`${message} ${name}`, 'QueueNameExists');
  }
  return { QueueUrl: existing.url };
};

const deleteQueue: SqsCommand<DeleteQueueCommandInput> = ({ QueueUrl }, { queue, remove }) => {
  remove(queue(QueueUrl).name);
  return {};
};

const getQueueUrl: SqsCommand<GetQueueUrlCommandInput> = ({ QueueName }, { queue }) => ({
  QueueUrl: queue(QueueName).url,
});

const getQueueAttributes: SqsCommand<GetQueueAttributesCommandInput> = ({ QueueUrl, AttributeNames = [] }, service) => {
  const all = Object.entries(toAttributes(service.queue(QueueUrl)));
  const wanted: readonly string[] = AttributeNames;
  const Attributes = Object.fromEntries(all.filter(([name]) => wanted.includes('All') || wanted.includes(name)));
  return Object.keys(Attributes).length === 0 ? {} : { Attributes };
};

const setQueueAttributes: SqsCommand<SetQueueAttributesCommandInput> = ({ QueueUrl, Attributes = {} }, service) => {
  service.queue(QueueUrl).change(toSettings(Attributes, byArn(service)));
  return {};
};

const listQueues: SqsCommand<ListQueuesCommandInput> = ({ QueueNamePrefix = '' }, { queues }) => {
  const QueueUrls = queues().flatMap(({ name, url }) => (name.startsWith(QueueNamePrefix) ? [url] : []));
  return QueueUrls.length === 0 ? {} : { QueueUrls };
};

const listDeadLetterSourceQueues: SqsCommand<ListDeadLetterSourceQueuesCommandInput> = ({ QueueUrl }, service) => {
  const { arn } = service.queue(QueueUrl);
  return {
    queueUrls: service.queues().flatMap(({ settings, url }) => (settings.redrive?.to.arn === arn ? [url] : [])),
  };
};

function makePurge(): SqsCommand<PurgeQueueCommandInput> {
  const purgedAtMs = new Map<string, number>();
  return ({ QueueUrl }, { queue, clock }) => {
    const { name, purge } = queue(QueueUrl);
    if (clock.now() - (purgedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) < PURGE_MS) {
      const message = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
      throw refused(message, 'PurgeQueueInProgress', 403);
    }
    purgedAtMs.set(name, clock.now());
    purge();
    return {};
  };
}

/** What is done with queues. */
export const makeQueueCommands = () => ({
  CreateQueue: createQueue,
  DeleteQueue: deleteQueue,
  GetQueueUrl: getQueueUrl,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  ListQueues: listQueues,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  PurgeQueue: makePurge(),
});
