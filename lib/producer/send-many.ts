import { SendMessageBatchCommand, type SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import { cutAsTheyCome } from '../aws/cut.ts';
import { isThrottle } from '../aws/errors.ts';
import type { ProducerSqs } from '../aws/ports.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../contract/sqs-limits.ts';
import { type CallFailure, callFailure } from './call-failure.ts';
import type { EncodedJob } from './encode.ts';
import type { SendError } from './errors.ts';
import { type SentJob, sendError } from './send-one.ts';

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

export interface SendManyDeps {
  readonly sqs: ProducerSqs;
  readonly queueUrl: string;
  readonly callsAtOnce: number;
  readonly done: (place: number, result: JobResult) => void;
}

/** Calls that carry one job, the first included. */
const MAX_TRIES = 6;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;

/** Sends jobs in as few calls as SQS allows, so many at a time; each job ends in one result. */
export async function sendMany(jobs: Iterable<PlacedJob>, deps: SendManyDeps): Promise<void> {
  // One iterator for all: each worker takes the next call when it has finished one.
  const calls = cutAsTheyCome(jobs, fits);
  const stop: Stop = {};
  const worker = async () => {
    for (const call of calls) await sendCall(call, stop, deps);
  };
  await Promise.all(Array.from({ length: deps.callsAtOnce }, worker));
}

/** Why further calls are not made, once one has failed for all. */
interface Stop {
  cause?: unknown;
}

const fits = (call: readonly PlacedJob[], { job }: PlacedJob): boolean =>
  call.length < MAX_BATCH_ENTRIES && call.reduce((sum, other) => sum + other.job.bytes, job.bytes) <= MAX_MESSAGE_BYTES;

async function sendCall(call: readonly PlacedJob[], stop: Stop, deps: SendManyDeps): Promise<void> {
  /** Jobs that an earlier try, one without an answer, may have sent. */
  const doubtful = new Set<PlacedJob>();
  let left = call;
  for (let tries = 1; left.length > 0; tries++) {
    if (tries > 1) await backoff(tries - 1);
    const answers = await tryOnce(left, stop, deps);
    left = left.filter((placed, i) => {
      const answer = answers[i] ?? NO_ANSWER;
      if ('messageId' in answer || !answer.isTransient || tries === MAX_TRIES) {
        deps.done(placed.place, resultOf(placed.job.jobId, answer, doubtful.has(placed)));
        return false;
      }
      if (answer.maybeSent) doubtful.add(placed);
      return true;
    });
  }
}

/** What SQS said to one job. */
type Answer =
  | { readonly messageId: string }
  | (Pick<CallFailure, 'isTransient' | 'maybeSent' | 'code'> & { cause?: unknown });

const NO_ANSWER = { isTransient: true, maybeSent: true, code: 'NoAnswer' };

/** @returns the jobs' answers, in their order */
async function tryOnce(jobs: readonly PlacedJob[], stop: Stop, { sqs, queueUrl }: SendManyDeps): Promise<Answer[]> {
  const forAll = (cause: unknown) => jobs.map(() => ({ ...callFailure(cause), cause }));
  if ('cause' in stop) return forAll(stop.cause);
  try {
    const Entries = jobs.map(({ job }, i) => ({ Id: String(i), ...job.message }));
    return answersOf(await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })));
  } catch (cause) {
    if (callFailure(cause).hopeless) stop.cause = cause;
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

/** Half to all of a doubling span: refused calls must not come back in step. */
function backoff(tries: number): Promise<void> {
  const spanMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tries - 1));
  return new Promise((resolve) => setTimeout(resolve, spanMs * (0.5 + Math.random() / 2)));
}
