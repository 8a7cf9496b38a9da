import type { JobDefinition } from '../definition/job-definition.ts';
import { MAX_ATTEMPTS } from '../definition/retry-options.ts';
import { didYouMean } from '../definition/suggest.ts';
import { InvalidMessageError } from '../errors.ts';
import { isJobKey } from '../names.ts';
import { MAX_MESSAGE_BYTES, MESSAGE_GROUP } from '../sqs-limits.ts';
import { ANSWERS, answerIn, nextIn } from './answer.ts';
import { FLOW_BYTES, MAX_STEPS, notInFlow } from './not-in-flow.ts';

/** A step of a chain that is still to come. */
export interface FlowStep {
  readonly type: string;
  readonly payload: unknown;
  /** 1 to 100; overrides the definition's. */
  readonly maxAttempts?: number;
  /** 1 to 128 printable ASCII characters. @default the job's before it */
  readonly tenant?: string;
}

/** What a message says of the flow that its job is in. Only Sluice writes it. */
export interface FlowFields {
  /** The callback that waits for this job, and the job's place in the batch. */
  readonly of?: { readonly type: string; readonly key: string; readonly place: number };
  /** The job before. */
  readonly after?: { readonly type: string; readonly key: string };
  /**
   * Key of the chain's first job, and this one's number in the chain: its key and id are `<key>.<step>`. A callback that took a
   * job's turn over has that one's number, 0 for the chain's first.
   */
  readonly chain?: { readonly key: string; readonly step: number };
}

export { MAX_STEPS };
/** Children of a batch, and jobs that one attempt may stage. */
export const MAX_CHILDREN = 1000;

const STEP_FIELDS = ['type', 'payload', 'maxAttempts', 'tenant'];
const MAX_NAME = 64;

/** The keys of later steps are the first's with a number behind; ids have 128 characters. */
const MAX_CHAIN_NAME = 120;

/** The fields that name a chain: of its first job, the names; a later one says which chain it is of. */
interface Naming {
  readonly id?: unknown;
  readonly key?: unknown;
  readonly flow?: unknown;
}

/** Checks `then` and `flow` of an envelope. @throws InvalidMessageError saying what is wrong */
export function checkFlowFields(fields: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(fields, 'then')) {
    checkThen(fields.then);
    checkChainName(fields);
  }
  if (Object.hasOwn(fields, 'flow')) checkFlow(fields.flow);
}

/** @throws InvalidMessageError unless `then` is a list of the steps that are left */
export function checkThen(then: unknown): void {
  if (!Array.isArray(then) || then.length === 0 || then.length >= MAX_STEPS) {
    const other = then === null ? 'null' : typeof then === 'object' ? 'an object' : `a ${typeof then}`;
    const got = Array.isArray(then) ? `an array of ${then.length}` : other;
    throw new InvalidMessageError(`"then" must be an array of 1 to ${MAX_STEPS - 1} steps, got ${got}`);
  }
  const isLast = (i: number) => i === then.length - 1;
  for (const [i, step] of then.entries())
    if (!isLast(i) || !checkAnswer(step, `then[${i}]`)) checkStep(step, `then[${i}]`);
}

/** Characters of a token of Step Functions, and of a callback id of Lambda, at most (API references). */
export const TOKEN_LENGTHS: Readonly<Record<string, number>> = { taskToken: 2048, durableCallbackId: 1024 };

/** @returns whether the last entry is no step, but says who waits */
function checkAnswer(step: unknown, path: string): boolean {
  const fields = Object.entries((step ?? {}) as object);
  const [[name, token] = ['', '']] = fields.filter(([one]) => (ANSWERS as readonly string[]).includes(one));
  if (name === '') return false;
  const most = TOKEN_LENGTHS[name] ?? 0;
  if (fields.length === 1 && typeof token === 'string' && token !== '' && token.length <= most) return true;
  throw new InvalidMessageError(`"${path}.${name}" must be a text of 1 to ${most} characters, and stand alone`);
}

/** @throws InvalidMessageError if the later steps of a chain cannot be named by its first job's name */
function checkChainName({ id, key = id, flow }: Naming): void {
  const isLater = (flow as FlowFields | null | undefined)?.chain !== undefined;
  if (isLater || typeof key !== 'string' || key.length <= MAX_CHAIN_NAME) return;
  const name = key === id ? 'id' : 'key';
  throw new InvalidMessageError(
    `"${name}" of a chain must have at most ${MAX_CHAIN_NAME} characters, got ${key.length}: the later steps' are made of it`,
  );
}

function checkStep(step: unknown, path: string): void {
  if (typeof step !== 'object' || step === null || Array.isArray(step))
    throw new InvalidMessageError(`"${path}" must be an object with "type" and "payload"`);
  for (const name of Object.keys(step)) {
    if (STEP_FIELDS.includes(name)) continue;
    const shown = name.slice(0, MAX_NAME);
    throw new InvalidMessageError(`"${path}.${shown}" is not a field of a step${didYouMean(shown, STEP_FIELDS)}`);
  }
  const { type, maxAttempts, tenant } = step as Partial<Record<string, unknown>>;
  const { min, max } = MAX_ATTEMPTS;
  if (!Object.hasOwn(step, 'payload')) throw new InvalidMessageError(`"${path}" has no "payload"`);
  if (typeof type !== 'string' || type === '') throw new InvalidMessageError(`"${path}.type" must name a job type`);
  if (Object.hasOwn(step, 'maxAttempts') && !isWhole(maxAttempts, min, max))
    throw new InvalidMessageError(`"${path}.maxAttempts" must be a whole number from ${min} to ${max}`);
  if (Object.hasOwn(step, 'tenant') && !(typeof tenant === 'string' && MESSAGE_GROUP.test(tenant)))
    throw new InvalidMessageError(`"${path}.tenant" must be 1 to 128 printable ASCII characters without spaces`);
}

/** @throws InvalidMessageError unless `flow` is of a shape that Sluice writes */
export function checkFlow(flow: unknown): void {
  const { of, after, chain } = fieldsOf(flow, ['of', 'after', 'chain']);
  if (of !== undefined) {
    const { place } = named(of, 'place');
    if (!isWhole(place, 0, MAX_CHILDREN - 1)) throw notOurs();
  }
  if (after !== undefined) named(after);
  if (chain !== undefined) {
    const { key, step } = fieldsOf(chain, ['key', 'step']);
    if (!isJobKey(key) || !isWhole(step, 0, MAX_STEPS - 1)) throw notOurs();
  }
}

/** A job that is named by its type and key. */
function named(given: unknown, ...others: readonly string[]) {
  const fields = fieldsOf(given, ['type', 'key', ...others]);
  if (typeof fields.type !== 'string' || fields.type === '' || !isJobKey(fields.key)) throw notOurs();
  return fields;
}

function fieldsOf(given: unknown, known: readonly string[]): Partial<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw notOurs();
  if (Object.keys(given).some((name) => !known.includes(name))) throw notOurs();
  return given;
}

const notOurs = () => new InvalidMessageError('"flow" is Sluice\'s own: leave it out');

/**
 * Whether a job of this definition may be in the flow that its message names.
 *
 * @returns why not
 */
export function flowRefusal(
  { then, flow }: { readonly then?: readonly FlowStep[] | undefined; readonly flow?: FlowFields | undefined },
  { type, handsOn, answers }: Pick<JobDefinition, 'type' | 'handsOn' | 'answers'>,
): InvalidMessageError | undefined {
  if (then === undefined && flow === undefined) return undefined;
  if (handsOn === undefined) return notInFlow(type);
  const answer = answerIn(then);
  const wanted = answer && ('taskToken' in answer ? 'stepFunctions' : 'durableFunctions:');
  if (wanted !== undefined && !answers?.some((one) => one.startsWith(wanted)))
    return new InvalidMessageError(
      `${type} does not answer ${wanted.replace(':', '')}: add it to answers of ${type}, and deploy`,
    );
  const next = nextIn(then);
  return next === undefined ? undefined : (refusedNext(next.type, { type, handsOn }) ?? refusedSize(then));
}

/**
 * Why the next step could never be sent. Its message is written anew: it says where it stands in its flow, and JSON may write a
 * number longer than its producer did.
 */
function refusedSize(then: readonly FlowStep[] | undefined): InvalidMessageError | undefined {
  const most = MAX_MESSAGE_BYTES - FLOW_BYTES;
  const bytes = bytesOf(then);
  if (bytes <= most) return undefined;
  const got = bytes === Number.POSITIVE_INFINITY ? 'cannot be written: it is nested too deep' : `has ${bytes} bytes`;
  return new InvalidMessageError(`"then" ${got}; at most ${most} fit`);
}

function bytesOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Why a job of this definition may not be followed by one of type `next`; undefined if it may. */
export function refusedNext(
  next: string,
  { type, handsOn = [] }: Pick<JobDefinition, 'type' | 'handsOn'>,
): InvalidMessageError | undefined {
  if (handsOn.includes(next)) return undefined;
  const perhaps = didYouMean(String(next), handsOn);
  return new InvalidMessageError(
    `${type} does not hand on to "${next}": add it to handsOn of ${type}, and deploy${perhaps}`,
  );
}

const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
