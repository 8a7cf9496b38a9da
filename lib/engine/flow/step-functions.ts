import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { abortedBy, type CurrentSignal, ownCalls } from '../../aws/client-settings.ts';
import type { Tell } from './tell.ts';

/** Answers tasks of Step Functions. Only in the bundles of types whose `answers` says so. */
export const tellStepFunctions: ((signal: CurrentSignal) => Tell) | undefined = (signal) => {
  const client = abortedBy(new SFNClient(ownCalls()), signal);
  return {
    success: (taskToken, output) => client.send(new SendTaskSuccessCommand({ taskToken, output })),
    failure: (taskToken, { error, cause }) => client.send(new SendTaskFailureCommand({ taskToken, error, cause })),
    heartbeat: (taskToken) => client.send(new SendTaskHeartbeatCommand({ taskToken })),
  };
};
