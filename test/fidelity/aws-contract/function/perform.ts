import type { SQSEvent } from 'aws-lambda';

/** What a message tells the function to do with it. */
export interface Instruction {
  readonly label: string;
  /** URL of the queue that is told of each batch, before anything else is done. */
  readonly report: string;
  /** URL of the message's own queue. */
  readonly queue: string;
  /** On how many of its receives the following is done; later ones succeed. @default all */
  readonly receives?: number;
  /** Reports the message as failed. */
  readonly fails?: boolean;
  /** Throws, whatever else the batch holds. */
  readonly throws?: boolean;
  /** What is answered for the whole batch, instead of a list of failures; `{}` for no answer. */
  readonly answer?: { readonly is?: unknown };
  /** Sets the message's visibility first. */
  readonly hideSeconds?: number;
  /** Takes so long. */
  readonly workSeconds?: number;
}

/** How the function reaches SQS, and how it waits. */
export interface Surroundings {
  call(operation: 'SendMessage' | 'ChangeMessageVisibility', input: object): Promise<void>;
  wait(seconds: number): Promise<void>;
}

/** Does as the messages of a batch say, and tells of each batch that it got. */
export async function perform({ Records }: SQSEvent, { call, wait }: Surroundings): Promise<unknown> {
  const told = Records.map((record) => ({ record, instruction: JSON.parse(record.body) as Instruction }));
  const [report] = told.map(({ instruction }) => instruction.report);
  if (report === undefined) return undefined;
  await call('SendMessage', { QueueUrl: report, MessageBody: JSON.stringify(Records) });
  const due = told.filter(({ record, instruction: { receives = Number.POSITIVE_INFINITY } }) => {
    return Number(record.attributes.ApproximateReceiveCount) <= receives;
  });
  for (const { record, instruction } of due) {
    const { hideSeconds: VisibilityTimeout, queue: QueueUrl, workSeconds = 0 } = instruction;
    const { receiptHandle: ReceiptHandle } = record;
    if (VisibilityTimeout !== undefined) {
      await call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout });
    }
    if (workSeconds > 0) await wait(workSeconds);
  }
  if (due.some(({ instruction }) => instruction.throws)) throw new Error('as told');
  const answer = due.find(({ instruction }) => instruction.answer)?.instruction.answer;
  if (answer !== undefined) return answer.is;
  const failed = due.filter(({ instruction }) => instruction.fails);
  return { batchItemFailures: failed.map(({ record }) => ({ itemIdentifier: record.messageId })) };
}
