import { SendMessageBatchCommand, type SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import { cutAsTheyCome } from '../aws/cut.ts';
import { isThrottle } from '../aws/errors.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../contract/sqs-limits.ts';
import { type CallFailure, callFailure } from './call-failure.ts';
import type { EncodedJob } from './encode.ts';
import type { SendError } from './errors.ts';
import { putPayload } from './large-payload.ts';
import { type SendDeps, type SentJob, sendError } from './send-one.ts';
import { startTries, type Tries } from './tries.ts';

/** The outcome of one job of many. */
export type JobResult =
  | (SentJob & { readonly status: 'sent' })
  /** Nothing of it was sent. */
  | { readonly status: 'refused'; readonly jobId: string | undefined; readonly error: Error }
  /** No answer came: it may have been sent. Send it again under the same id, it runs once. */
  | { readonly status: 'unknown'; readonly jobId: string; readonly error: SendError };

/** A job and its index among the results. */
export interface PlacedJob {
  readonly job: EncodedJob;
  readonly place: number;
}

export interface SendManyDeps extends SendDeps {
  readonly callsAtOnce: number;
  readonly done: (place: number, result: JobResult) => void;
}

/** Sends jobs in as few calls as SQS allows, so many at a time; each job ends in one result. */
export async function sendMany(jobs: Iterable<PlacedJob>, deps: SendManyDeps): Promise<void> {
  // One iterator for all: each worker takes the next call when it has finished one.
  const calls = cutAsTheyCome(jobs, fits);
  const service: Service = { isDown: false };
  const worker = async () => {
    for (const call of calls) await sendCall(call, service, deps);
  };
  await Promise.all(Array.from({ length: deps.callsAtOnce }, worker));
}

/** What calls have learned for those after them. */
interface Service {
  /** Why further calls are not made: one has failed for all. */
  cause?: unknown;
  /** No try of a call was answered: until one is, each call is tried once, or thousands of them would wait one after another. */
  isDown: boolean;
}

const fits = (call: readonly PlacedJob[], { job }: PlacedJob): boolean =>
  call.length < MAX_BATCH_ENTRIES && call.reduce((sum, other) => sum + other.job.bytes, job.bytes) <= MAX_MESSAGE_BYTES;

async function sendCall(call: readonly PlacedJob[], service: Service, deps: SendManyDeps): Promise<void> {
  let left = call.some(({ job }) => (job.pending ?? job.large) !== undefined) ? await accepted(call, deps) : call;
  const tries = startTries(service.isDown ? { ...deps.limits, tries: 1 } : deps.limits);
  /** Jobs that an earlier try, one without an answer, may have sent. */
  const doubtful = new Set<PlacedJob>();
  let isLast = false;
  while (left.length > 0) {
    const answers = await tryOnce(left, { tries, service, deps });
    const answerTo = (i: number) => answers[i] ?? NO_ANSWER;
    isLast = !left.some((_, i) => isPassing(answerTo(i))) || !(await tries.again());
    if (isLast && answers.every(isUnanswered)) service.isDown = true;
    left = left.filter((placed, i) => {
      const answer = answerTo(i);
      if (isLast || !isPassing(answer)) {
        deps.done(placed.place, resultOf(placed.job.jobId, answer, doubtful.has(placed)));
        return false;
      }
      if (answer.maybeSent) doubtful.add(placed);
      return true;
    });
  }
}

/** The jobs of a call whose payloads a schema that takes time accepts, and S3 if they go there; the others are refused. */
async function accepted(call: readonly PlacedJob[], { done, payloads, limits }: SendManyDeps): Promise<PlacedJob[]> {
  const left: PlacedJob[] = [];
  for (const placed of call) {
    const { pending, large } = placed.job;
    const put = async () => {
      if (large !== undefined && payloads !== undefined) await putPayload(large, payloads, limits);
    };
    const error = (await pending)?.refusal ?? (await put().then(() => undefined, asSendError));
    if (error === undefined) left.push(placed);
    else done(placed.place, { status: 'refused', jobId: placed.job.jobId, error });
  }
  return left;
}

const asSendError = (error: SendError): SendError => error;

/** What SQS said to one job. */
type Answer =
  | { readonly messageId: string }
  | (Pick<CallFailure, 'isTransient' | 'maybeSent' | 'code'> & { cause?: unknown });

const NO_ANSWER = { isTransient: true, maybeSent: true, code: 'NoAnswer' };

/** A failure that the same call may not meet again. */
const isPassing = (answer: Answer): answer is Exclude<Answer, { messageId: string }> =>
  !('messageId' in answer) && answer.isTransient;

const isUnanswered = (answer: Answer): boolean => isPassing(answer) && !isThrottle(answer.code);

interface Try {
  readonly tries: Tries;
  readonly service: Service;
  readonly deps: SendManyDeps;
}

/** @returns the jobs' answers, in their order */
async function tryOnce(jobs: readonly PlacedJob[], { tries, service, deps }: Try): Promise<Answer[]> {
  const { sqs, queueUrl } = deps;
  const forAll = (cause: unknown) => jobs.map(() => ({ ...callFailure(cause), cause }));
  if ('cause' in service) return forAll(service.cause);
  const Entries = jobs.map(({ job }, i) => ({ Id: String(i), ...job.message }));
  const command = () => new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
  try {
    const answered = await tries.request((options) => sqs.send(command(), options));
    service.isDown = false;
    return answersOf(answered);
  } catch (cause) {
    const { hopeless } = callFailure(cause);
    if (hopeless) service.cause = cause;
    return forAll(cause);
  }
}

function answersOf({ Successful = [], Failed = [] }: SendMessageBatchCommandOutput): Answer[] {
  const answers: Answer[] = [];
  for (const { Id, MessageId = '' } of Successful) answers[Number(Id)] = { messageId: MessageId };
  for (const { Id, Code = 'Unknown', SenderFault, Message } of Failed) {
    const isTransient = SenderFault !== true || isThrottle(Code);
    answers[Number(Id)] = { code: Code, isTransient, maybeSent: false, ...(Message && { cause: new Error(Message) }) };
  }
  return answers;
}

function resultOf(jobId: string, answer: Answer, doubtful: boolean): JobResult {
  if ('messageId' in answer) return { status: 'sent', jobId, messageId: answer.messageId };
  const maybeSent = answer.maybeSent || doubtful;
  const error = sendError(jobId, { ...answer, maybeSent });
  return { status: maybeSent ? 'unknown' : 'refused', jobId, error };
}
