import { SQSClient } from '@aws-sdk/client-sqs';
import { PlainJsonProtocol } from './plain-json.ts';
import { withoutLogger } from './without-logger.ts';

/** A client of the SDK's own configuration, as Sluice sends with. */
export const makeSqsClient = (): SQSClient => withoutLogger(new SQSClient({ protocol: PlainJsonProtocol }));
