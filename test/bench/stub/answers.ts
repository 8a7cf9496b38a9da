import { createHash } from 'node:crypto';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** The MD5s that a batch is answered with are the same for the same body; a bench sends few different ones. */
const known = new Map<string, string>();
function md5Of(body: string): string {
  let hash = known.get(body);
  if (hash === undefined) {
    if (known.size > 10_000) known.clear();
    hash = md5(body);
    known.set(body, hash);
  }
  return hash;
}

/** A callback that waits for more than is told of. */
const WAITING = {
  id: { S: 'bench#callback' },
  type: { S: 'bench' },
  status: { S: 'SCHEDULED' },
  open: { NS: ['999'] },
};

/**
 * What AWS answers to a call that succeeds, without keeping anything: a bench measures who asks. Whatever is read is
 * absent; whatever is written or sent is taken.
 */
export function answer(target: string, input: Record<string, unknown>): object {
  switch (target.split('.').at(-1)) {
    case 'BatchExecuteStatement':
      return { Responses: (input.Statements as unknown[]).map(() => ({ TableName: 'jobs' })) };
    case 'CheckpointDurableExecution':
      return { CheckpointToken: 'token-1', NewExecutionState: { Operations: [] } };
    case 'BatchGetItem':
      return { Responses: {}, UnprocessedKeys: {} };
    case 'SendMessage':
      return { MessageId: 'm', MD5OfMessageBody: md5Of(input.MessageBody as string) };
    case 'SendMessageBatch':
      return {
        Successful: (input.Entries as Entry[]).map(({ Id, MessageBody }) => ({
          ...{ Id, MessageId: 'm', MD5OfMessageBody: md5Of(MessageBody) },
        })),
      };
    case 'ChangeMessageVisibilityBatch':
      return { Successful: (input.Entries as Entry[]).map(({ Id }) => ({ Id })) };
    case 'GetQueueUrl':
      return { QueueUrl: `http://HOST/123456789012/${input.QueueName}` };
    case 'UpdateItem':
      return input.ReturnValues === 'ALL_NEW' ? { Attributes: WAITING } : {};
    case 'PutItem':
    case 'DeleteItem':
    case 'ChangeMessageVisibility':
      return {};
    default:
      throw new TypeError(`the stub does not know ${target}`);
  }
}
