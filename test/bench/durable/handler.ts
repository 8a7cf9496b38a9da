import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** A durable function of one step, which keeps its result: what a job of the bench is, written with AWS's own SDK. */
const durable = withDurableExecution((_input: unknown, context) => context.step('work', async () => ({ done: true })));

/** Each job is an execution of its own, as Lambda invokes them: one after another in one environment. */
export async function handler({ Records }: SQSEvent, context: Context): Promise<void> {
  for (const record of Records) {
    const { Status } = await durable(invocationOf(record), context);
    if (Status !== 'SUCCEEDED') throw new Error(`the execution ended as ${Status}`);
  }
}

/** What Lambda sends to a durable function when it begins. */
function invocationOf({ messageId, body }: SQSRecord): Parameters<typeof durable>[0] {
  const DurableExecutionArn = `arn:aws:lambda:us-east-1:123456789012:function:bench:1/durable-execution/${messageId}/1`;
  const Operations = [
    {
      ...({ Id: messageId, Type: 'EXECUTION', Status: 'STARTED', StartTimestamp: new Date() } as const),
      ExecutionDetails: { InputPayload: body },
    },
  ];
  return { DurableExecutionArn, CheckpointToken: 'token-0', InitialExecutionState: { Operations, NextMarker: '' } };
}
