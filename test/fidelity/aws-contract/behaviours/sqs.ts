import { BATCHES } from './sqs-batches.ts';
import { MOVE_TASKS } from './sqs-move-tasks.ts';
import { QUEUES } from './sqs-queues.ts';
import { RECEIVING } from './sqs-receiving.ts';
import { REDRIVE } from './sqs-redrive.ts';
import { SENDING } from './sqs-sending.ts';
import { VISIBILITY } from './sqs-visibility.ts';

/** What SQS's standard queues do. */
export const SQS_BEHAVIOURS = [
  ...SENDING,
  ...BATCHES,
  ...RECEIVING,
  ...VISIBILITY,
  ...REDRIVE,
  ...MOVE_TASKS,
  ...QUEUES,
];
