import { awsError } from '../../lib/testing/aws/faults.ts';
import { checkRequests, type RequestCheck } from '../../lib/testing/aws/request-check.ts';
import { type Refusal, refusalsOf } from '../fidelity/models/validate.ts';

/** Requests that AWS would refuse, since they were last asked for. */
const refused: string[] = [];

const sentence = ({ operation, path, why }: Refusal): string => `${operation}${path === '' ? '' : ` ${path}`}: ${why}`;

/** Values by which an entry fails alone: the in-memory SQS answers so, and the others are sent. */
const FAILS_ALONE = /^Entries\[\d+\]\.(MessageBody|DelaySeconds|MessageGroupId|MessageAttributes|VisibilityTimeout)/;

/** Refuses what AWS's models refuse, and keeps it: who sends it may take a refusal for one of the bad days that it lives through. */
const check: RequestCheck = ({ name, input }) => {
  const found = refusalsOf(name, input)
    .filter(({ path }) => !FAILS_ALONE.test(path))
    .map(sentence);
  if (found.length === 0) return;
  refused.push(...found);
  throw awsError('ValidationException', found.join('; '));
};

/** Holds every request to the in-memory AWS to AWS's own models from now on. */
export const holdRequestsToModels = (): void => void checkRequests(check);

/** What was refused since this was last asked, a sentence each. */
export const refusedRequests = (): string[] => refused.splice(0);
