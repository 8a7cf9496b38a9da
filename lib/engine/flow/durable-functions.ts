import {
  LambdaClient,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { abortedBy, type CurrentSignal, ownCalls } from '../../aws/client-settings.ts';
import type { Tell } from './tell.ts';

/** Answers callbacks of durable functions. Only in the bundles of types whose `answers` says so. */
export const tellDurableFunctions: ((signal: CurrentSignal) => Tell) | undefined = (signal) => {
  const client = abortedBy(new LambdaClient(ownCalls()), signal);
  return {
    success: (CallbackId, output) =>
      client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from(output) })),
    failure: (CallbackId, { error, cause }) =>
      client.send(
        new SendDurableExecutionCallbackFailureCommand({
          CallbackId,
          Error: { ErrorType: error, ErrorMessage: cause },
        }),
      ),
    heartbeat: (CallbackId) => client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId })),
  };
};
