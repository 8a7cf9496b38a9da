import type { HandsOn, JobDefinition } from '../contract/definition/job-definition.ts';
import { writeEnvelope } from '../contract/envelope.ts';
import { InvalidMessageError, InvalidPayloadError } from '../contract/errors.ts';
import { type ReadPayload, readPayload } from '../contract/payload.ts';
import type { PlannedJob } from '../contract/planned-job.ts';
import { type FlowStep, flowRefusal } from '../contract/protocol/flow-fields.ts';
import { FLOW_BYTES, MAX_STEPS } from '../contract/protocol/not-in-flow.ts';
import { MAX_MESSAGE_BYTES } from '../contract/sqs-limits.ts';
import { type EncodedJob, encodeJob } from './encode.ts';
import { MessageTooLargeError, RetiredTypeError } from './errors.ts';
import { checkedOptions, type EnqueueOptions } from './options.ts';

/** The jobs of a chain, each of a type that the one before may be followed by: `handsOn` of its definition. */
export type Steps<Jobs extends readonly PlannedJob[], Before extends string = string> = Jobs extends readonly [
  PlannedJob<infer D>,
  ...infer Rest extends readonly PlannedJob[],
]
  ? readonly [
      D['type'] extends Before ? PlannedJob<D> : { 'is not in handsOn of the step before': D['type'] },
      ...Steps<Rest, HandsOn<D>>,
    ]
  : Jobs;

/**
 * Writes a chain as the message of its first job, which carries the others.
 *
 * @throws what `encodeJob` does, of any step by its number; InvalidMessageError if a step may not follow the one before
 */
export function encodeChain(
  steps: readonly PlannedJob[],
  options: EnqueueOptions,
  { nowMs, storesLarge }: { readonly nowMs: number; readonly storesLarge: boolean },
): EncodedJob {
  const [first, ...later] = steps;
  if (first === undefined || steps.length > MAX_STEPS)
    throw new InvalidMessageError(`a chain has 1 to ${MAX_STEPS} steps, got ${steps.length}`);
  for (const [i, step] of steps.entries()) checkStep(step, { i, next: steps[i + 1] });
  const written = later.map((step, i) => writeStep(step, { i: i + 1, nowMs }));
  const given = { payload: first.payload, options: { ...first.options, ...options }, storesLarge };
  const then = written.length === 0 ? undefined : written.map(({ step }) => step);
  const job = named(0, first.definition, () => encodeJob(first.definition, { ...given, then }, nowMs));
  const most = MAX_MESSAGE_BYTES - FLOW_BYTES;
  const bytes = job.bytes - (job.large?.ref.bytes ?? 0);
  if (then !== undefined && bytes > most)
    throw new MessageTooLargeError(
      bytes,
      `a chain's steps have ${most.toLocaleString('en-US')} bytes together at most`,
    );
  const pending = [job.pending, ...written.map((one) => one.pending)];
  return pending.every((one) => one === undefined) ? job : { ...job, pending: firstRefusal(pending, steps) };
}

interface Neighbours {
  readonly i: number;
  readonly next: PlannedJob | undefined;
}

function checkStep(step: PlannedJob, { i, next }: Neighbours): void {
  if (typeof step?.definition?.type !== 'string' || step.options === undefined)
    throw new InvalidMessageError(`step ${i + 1} of the chain must be made by job(definition, payload)`);
  const { definition, options } = step;
  const name = (['id', 'key'] as const).find((one) => one in options);
  if (name !== undefined) {
    throw new InvalidMessageError(
      `"${name}" of ${stepName(i, definition)} is made of the chain's: give it to the chain, or put yours into the payload`,
    );
  }
  if (definition.retired) throw new RetiredTypeError(definition.type);
  const then = next === undefined ? undefined : [{ type: next.definition?.type, payload: undefined }];
  const refusal = flowRefusal({ then, flow: i === 0 ? undefined : {} }, definition);
  if (refusal !== undefined) throw refusal;
}

const stepName = (i: number, { type }: Pick<JobDefinition, 'type'>) => `step ${i + 1} of the chain, ${type}`;

interface Written {
  readonly step: FlowStep;
  readonly pending: EncodedJob['pending'];
}

/** A later step as the first job's message carries it. */
function writeStep({ definition, payload, options }: PlannedJob, { i, nowMs }: { i: number; nowMs: number }): Written {
  return named(i, definition, () => {
    const { maxAttempts, tenant } = checkedOptions(options, nowMs);
    const timed = (['runAt', 'delaySeconds', 'startBefore', 'endBefore'] as const).find(
      (name) => options[name] !== undefined,
    );
    if (timed !== undefined)
      throw new InvalidMessageError(
        `"${timed}" is for the first step: a later one starts when the one before it has completed`,
      );
    const { envelope } = writeEnvelope({ payload, maxAttempts }, definition.type, nowMs);
    const { refusal, pending } = readPayload(definition, envelope.payload);
    if (refusal !== undefined) throw refusal;
    const { type } = definition;
    const step = {
      ...{ type, payload: envelope.payload },
      ...(maxAttempts !== undefined && { maxAttempts }),
      ...(tenant !== undefined && { tenant }),
    };
    return { step, pending };
  });
}

/** Says of which step a refusal is. */
function named<T>(i: number, definition: JobDefinition, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const where = stepName(i, definition);
    if (error instanceof InvalidPayloadError) throw ofStep(where, error);
    if (!(error instanceof InvalidMessageError)) throw error;
    throw new InvalidMessageError(`${where}: ${error.message}`, { cause: error });
  }
}

const ofStep = (where: string, refusal: InvalidPayloadError) =>
  new InvalidPayloadError(`${where}: ${refusal.message}`, { cause: refusal });

/** What the schemas say that take time: the first refusal, if there is one. */
async function firstRefusal(
  pending: readonly EncodedJob['pending'][],
  steps: readonly PlannedJob[],
): Promise<ReadPayload> {
  for (const [i, read] of (await Promise.all(pending)).entries()) {
    const definition = steps[i]?.definition;
    if (read?.refusal === undefined || definition === undefined) continue;
    return { payload: undefined, refusal: ofStep(stepName(i, definition), read.refusal) };
  }
  return { payload: undefined };
}
