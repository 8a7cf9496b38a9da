import { asOneRequest } from '../aws/one-request.ts';
import type { ProducerDynamoDb, ProducerSqs } from '../aws/producer-ports.ts';
import { makeOwnSqs } from '../aws/sqs-client.ts';
import { stageOf } from '../aws/stage-of.ts';
import { stagePayloads } from '../aws/stage-payloads.ts';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { PayloadInput } from '../contract/payload.ts';
import type { PlannedJob } from '../contract/planned-job.ts';
import { encodeChain, type Steps } from './chain.ts';
import { type EncodedJob, encodeJob } from './encode.ts';
import { CALLS_AT_ONCE, checkCommon, encodeMany } from './encode-many.ts';
import { type EnqueueWrite, encodeWrite } from './enqueue-write.ts';
import { ProducerConfigurationError } from './errors.ts';
import type { ProducerPayloads } from './large-payload.ts';
import { checkOnDuplicate, lookFor } from './look.ts';
import type { EnqueueOptions } from './options.ts';
import { makeFindQueue } from './queues.ts';
import { type JobResult, sendMany } from './send-many.ts';
import { type SentJob, sendOne } from './send-one.ts';
import { checkedLimits, untilAborted } from './tries.ts';
import { wakeJob } from './wake.ts';

/** Settings of {@link createProducer}; all of it is optional. */
export interface ProducerOptions {
  /** Stage whose queues get the jobs. @default environment variable SLUICE_STAGE, else `dev` */
  readonly stage?: string;
  /** App that the stage is of. @default the one that a full name as `shop/prod` has, else `sluice` */
  readonly app?: string;
  /** @default a client of the SDK's own configuration, made at the first send */
  readonly client?: ProducerSqs;
  /** What `onDuplicate: 'look'` reads with, and `wake` works with: `new DynamoDB()` of @aws-sdk/client-dynamodb. @default none, and neither */
  readonly dynamoDb?: ProducerDynamoDb;
  /**
   * Where payloads go that make a message larger than 256 KB, up to 100 MB; the stage must be deployed with `-c payloads=on`.
   * @default in a handler the stage's bucket, if it has one; elsewhere none
   * @example { s3: new S3(), bucket: process.env.SLUICE_PAYLOADS ?? '' }
   */
  readonly payloads?: ProducerPayloads;
  /**
   * Queue URLs by job type: for queues of another account, or a role without `sqs:GetQueueUrl`.
   * @default asked of SQS by the queue's name, once a type
   */
  readonly queueUrls?: Readonly<Record<string, string>>;
  /** Requests that a call to SQS takes in all, 1 to 20. The SDK's own repeats are off. @default 6 */
  readonly tries?: number;
  /** Milliseconds for all of them and the pauses between them, 100 to 600,000. @default 6,000 */
  readonly timeoutMs?: number;
}

/** What ends a send before its tries are made. */
export interface SendOptions {
  /** Once it is aborted, nothing is sent any more, and the error says whether a job may have been sent. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked before one job is sent. */
export interface LookOptions {
  /**
   * `look` reads the jobs table once and tells in the result, as `duplicateOf`, which job has the key (or id) already. The
   * job is sent all the same: a job begins to be known when its consumer sees it. @default not asked
   */
  readonly onDuplicate?: 'look' | undefined;
}

/** How many jobs are sent. */
export interface EnqueueManyOptions<P = unknown> extends Omit<EnqueueOptions, 'id' | 'key'>, SendOptions {
  /** What one job's options are beyond those of all, as its `id` and `key`. */
  readonly each?: (payload: P, index: number) => EnqueueOptions;
  /** Calls to SQS side by side, 1 to 50 (the connections that the SDK opens by default). @default 10 */
  readonly callsAtOnce?: number;
}

/** Sends jobs to the queues of one stage. */
export interface Producer {
  /**
   * Sends one job. What SQS could not take just now is sent again: six requests at most, within 6 s (`createProducer`).
   *
   * @throws RetiredTypeError if the definition is retired: the type takes no new jobs
   * @throws InvalidPayloadError if the definition's schema refuses the payload
   * @throws InvalidMessageError if an option is wrong
   * @throws MessageTooLargeError beyond 1,048,576 bytes, or 100 MB where payloads go to S3
   * @throws TooManyHopsError inside of a job that is the hundredth in a row enqueued by the one before
   * @throws SendError if SQS did not take it, with whether it may have been taken; or there is no such queue
   * @throws ProducerConfigurationError if `onDuplicate` has no client to read with
   * @example await enqueue(sendEmail, { to, subject, text }, { key: `welcome-${userId}`, runAt: tomorrowAt9 });
   */
  enqueue<D extends JobDefinition>(
    definition: D,
    payload: PayloadInput<D>,
    options?: EnqueueOptions & SendOptions & LookOptions,
  ): Promise<SentJob>;
  /**
   * Sends many jobs, ten a call and within SQS's bytes, several calls side by side. Each job is refused or sent by
   * itself. What SQS could not take just now is sent again, as by `enqueue`: each job has its six requests and its 6 s. Once a
   * call has had no answer in all of them, the calls after it are tried once, until one is answered.
   *
   * @returns a result for each payload, in their order
   * @throws SendError if there is no such queue: nothing was sent then
   * @example
   * const results = await enqueueMany(sendEmail, mails, { each: (_mail, i) => ({ key: `news-12-${userIds[i]}` }) });
   * const failed = results.filter(({ status }) => status !== 'sent');
   */
  enqueueMany<D extends JobDefinition>(
    definition: D,
    payloads: readonly PayloadInput<D>[],
    options?: EnqueueManyOptions<PayloadInput<D>>,
  ): Promise<JobResult[]>;
  /**
   * Sends jobs of which each starts when the one before has completed: at most 20, together at most 1 MiB. What the chain is given
   * is for its first job. The others' keys and ids are made of its key: `order-17.1`, `order-17.2`. A step that dies ends the
   * chain; a redrive of it goes on.
   *
   * @param steps   made by `job`; each type must be in `handsOn` of the one before
   * @param options those of `enqueue`; `id` and `key` at most 120 characters
   * @throws as `enqueue` does, naming the step; InvalidMessageError if a step may not follow the one before
   * @example await chain([job(processOrder, { orderId }), job(ship, { orderId })], { id: `order-${orderId}` });
   */
  chain<const Jobs extends readonly [PlannedJob, ...PlannedJob[]]>(
    steps: Jobs & Steps<Jobs>,
    options?: EnqueueOptions & SendOptions & LookOptions,
  ): Promise<SentJob>;
  /**
   * Makes the write by which a job is enqueued in a DynamoDB transaction of your own: what else it writes and the job, both or
   * neither. Nothing is sent: the dispatcher sends the job at its next tick, within a minute, or `wake` does at once. The table must be
   * of the account and region that the transaction runs in.
   *
   * @returns the job's names, and `write`, an entry of `TransactItems` of the document client; see {@link transactionOf}
   * @throws as `enqueue` does for what it is given; MessageTooLargeError beyond 320 KB
   * @example const job = await enqueueWrite(sendReceipt, { orderId }, { key: orderId });
   */
  enqueueWrite<D extends JobDefinition>(
    definition: D,
    payload: PayloadInput<D>,
    options?: EnqueueOptions,
  ): Promise<EnqueueWrite>;
  /**
   * Sends a job of `enqueueWrite` once its transaction is committed, as the dispatcher would. Best effort.
   *
   * @returns whether it was sent; if not, nothing is lost, the dispatcher sends it
   * @throws ProducerConfigurationError without `dynamoDb`
   */
  wake(job: EnqueueWrite, options?: SendOptions): Promise<boolean>;
}

/**
 * Makes a producer. Make it once: it keeps its client and the queue URLs that it found.
 *
 * @throws ProducerConfigurationError if `tries` or `timeoutMs` is out of range, or `payloads` has no bucket
 */
export function createProducer(options: ProducerOptions = {}): Producer {
  const { stage, app, client, dynamoDb, payloads: own, queueUrls = {}, ...given } = options;
  if (own && !own.bucket)
    throw new ProducerConfigurationError(
      "payloads.bucket is not set: give the bucket's name, the output PayloadsBucket of the core stack",
    );
  const payloadsNow = () => own ?? stagePayloads();
  const storesLarge = () => payloadsNow() !== undefined;
  const limits = checkedLimits(given);
  let made: ProducerSqs | undefined;
  const sqs = (): ProducerSqs => {
    made ??= client === undefined ? makeOwnSqs() : oneRequestEach(client);
    return made;
  };
  const findQueue = makeFindQueue({ stage, app, queueUrls, sqs, limits });
  const send = async (type: string, job: EncodedJob, { signal, onDuplicate }: SendOptions & LookOptions) => {
    const refusal = (await job.pending)?.refusal;
    if (refusal !== undefined) throw refusal;
    const [{ jobId, givenKey: key }, bounds] = [job, { ...limits, signal }];
    const look = { dynamoDb, stage: () => stageOf({ stage, app }), limits: bounds, type, jobId };
    // Before it is sent, or the consumer may have begun this very job.
    const earlier = onDuplicate === undefined || key === undefined ? undefined : await lookFor({ ...look, key });
    const queueUrl = await untilAborted(findQueue(type), signal);
    const sent = await sendOne(job, { sqs: sqs(), queueUrl, limits: bounds, payloads: payloadsNow() });
    return earlier === undefined ? sent : { ...sent, duplicateOf: earlier };
  };
  return {
    async enqueue(definition, payload, { signal, onDuplicate, ...options } = {}) {
      checkOnDuplicate(onDuplicate);
      const job = encodeJob(definition, { payload, options, storesLarge: storesLarge() }, Date.now());
      return send(definition.type, job, { signal, onDuplicate });
    },
    async chain(steps, { signal, onDuplicate, ...options } = {}) {
      checkOnDuplicate(onDuplicate);
      const jobs: readonly PlannedJob[] = steps;
      const job = encodeChain(jobs, options, { nowMs: Date.now(), storesLarge: storesLarge() });
      return send(steps[0].definition.type, job, { signal, onDuplicate });
    },
    enqueueWrite: async (definition, payload, options = {}) =>
      encodeWrite({ definition, payload, options, stage: stageOf({ stage, app }) }, Date.now()),
    wake: (job, { signal } = {}) =>
      wakeJob(
        job,
        {
          ...{ dynamoDb, stage: stageOf({ stage, app }), limits: { ...limits, signal } },
          to: async () => ({ sqs: sqs(), queueUrl: await untilAborted(findQueue(job.type), signal) }),
        },
        Date.now(),
      ),
    async enqueueMany(definition, payloads, { each, callsAtOnce = CALLS_AT_ONCE, signal, ...common } = {}) {
      checkCommon(callsAtOnce, common);
      const queueUrl = await untilAborted(findQueue(definition.type), signal);
      const results: JobResult[] = [];
      const done = (place: number, result: JobResult) => {
        results[place] = result;
      };
      const optionsOf = (payload: unknown, i: number) => ({ ...common, ...each?.(payload as never, i) });
      const large = payloadsNow();
      const jobs = encodeMany({ definition, payloads, optionsOf, storesLarge: large !== undefined, done });
      const deps = { sqs: sqs(), queueUrl, limits: { ...limits, signal }, payloads: large };
      await sendMany(jobs, { ...deps, callsAtOnce, done });
      return results;
    },
  };
}

/** A client that others use, too: only what the producer sends is not repeated by the SDK. */
export function oneRequestEach(client: ProducerSqs): ProducerSqs {
  const send: (command: never, options: { abortSignal?: AbortSignal }) => unknown = (command, options) =>
    client.send(asOneRequest(command), options);
  return { send } as { send: unknown } as ProducerSqs;
}
