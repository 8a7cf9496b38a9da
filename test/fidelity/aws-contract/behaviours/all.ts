import { DYNAMODB_BEHAVIOURS } from './dynamodb.ts';
import { EVENT_SOURCE_BEHAVIOURS } from './event-source.ts';
import { SQS_BEHAVIOURS } from './sqs.ts';

/** What is asked of the in-memory AWS and of the emulators. */
export const BEHAVIOURS = [...SQS_BEHAVIOURS, ...EVENT_SOURCE_BEHAVIOURS, ...DYNAMODB_BEHAVIOURS];
