import type { AcceptedJob, AnyAccept } from '../../contract/definition/accept.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { writeEnvelope } from '../../contract/envelope.ts';
import { InvalidMessageError, InvalidPayloadError, toJobError } from '../../contract/errors.ts';
import { awsProbe } from '../../contract/foreign-body.ts';
import { bodyHashOf, type Decoded, insideOf } from '../../contract/inside.ts';
import type { OwnAttributes } from '../../contract/message-attributes.ts';
import { isJobId, optional } from '../../contract/names.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';

/** What a definition's `accept` makes of a message that is not Sluice's. Not in the bundles of types without one. */

/** A message, as far as it is known before its body is read. */
export interface Foreign {
  readonly base: Omit<Message, 'jobId' | 'key' | 'named' | 'bodyHash' | 'attributes'> & { readonly messageId: string };
  readonly own: OwnAttributes;
  readonly definition: JobDefinition;
  readonly accept: AnyAccept;
  readonly nowMs: number;
}

/** `accept` made no job of a message: it threw, or what it returned is none. */
class NotAcceptedError extends InvalidMessageError {
  override readonly name = 'NotAcceptedError';
}

/**
 * Reads a foreign message. Never throws. Of one job the message is that job, and its body is from here on the envelope: what
 * is renewed, parked or dead-lettered is what the job is, whatever a later `accept` makes of the same body.
 */
export function readForeign(foreign: Foreign): Decoded {
  const { base, own } = foreign;
  const read = messageOf(foreign);
  // It may have died of the `accept` of an earlier deploy. A dead letter that was sent back is meant to be read anew.
  const mayHaveDied = own.run === undefined && (base.receiveCount > 1 || own.foreign === true);
  if (!mayHaveDied || read.refusal !== undefined) return { message: read };
  return { message: read, former: refusedBy(new NotAcceptedError('it was refused before'), foreign) };
}

function messageOf(foreign: Foreign): Message {
  try {
    const jobs = jobsOf(foreign);
    const [first, ...others] = jobs.map((job, i) => encoded(job, i, foreign));
    return first !== undefined && others.length === 0
      ? oneJob(first, foreign)
      : severalJobs(first === undefined ? [] : [first, ...others], foreign);
  } catch (error) {
    return refusedBy(error, foreign);
  }
}

/** The message id under which SQS took the message first: a job that `accept` names by it keeps its name. */
const firstId = ({ own, base }: Foreign): string => own.firstMessageId ?? own.jobId ?? base.messageId;

const markOf = (foreign: Foreign): OwnAttributes => ({
  ...{ ...foreign.own, foreign: true, firstMessageId: firstId(foreign) },
});

/** The message, dead as it came, under its message id: `accept` is asked again if it is sent back. */
function refusedBy(error: unknown, foreign: Foreign): Message {
  const { base, own } = foreign;
  const { jobId = firstId(foreign), key = jobId } = own;
  const refusal = error instanceof NotAcceptedError ? error : new NotAcceptedError(toldOf(error), { cause: error });
  const probe = optional('probe', awsProbe(base.body));
  return { ...base, ...asItCame(foreign), ...{ jobId, key, named: false, refusal }, ...probe };
}

const asItCame = (foreign: Foreign) => ({
  bodyHash: bodyHashOf(foreign.base.body),
  attributes: markOf(foreign),
});

/** What `JSON.parse` throws quotes the body. */
function toldOf(error: unknown): string {
  const { name, message } = toJobError(error);
  return error instanceof SyntaxError ? `accept threw ${name}` : `accept threw ${name}: ${message}`;
}

function jobsOf({ accept, base, ...foreign }: Foreign): readonly AcceptedJob[] {
  const texts = Object.entries(base.sender ?? {}).map(([name, { value }]) => [name, value]);
  const attributes = Object.fromEntries(texts) as Record<string, string>;
  const made: unknown = accept({ body: base.body, attributes, messageId: firstId({ ...foreign, accept, base }) });
  if (made === 'drop') return [];
  const jobs = Array.isArray(made) ? (made as unknown[]) : [made];
  if (jobs.length === 0) throw new NotAcceptedError('accept returned an empty list: return "drop" if there is no job');
  const ids = new Map<string, number>();
  return jobs.map((job, i) => {
    const checked = checkedJob(job, placeOf(i, jobs.length));
    const before = ids.get(checked.id);
    if (before !== undefined)
      throw new NotAcceptedError(`accept returned two jobs of the id "${checked.id}": ${before + 1} and ${i + 1}`);
    ids.set(checked.id, i);
    return checked;
  });
}

const placeOf = (index: number, length: number): string => (length === 1 ? '' : ` as job ${index + 1} of ${length}`);

function checkedJob(job: unknown, place: string): AcceptedJob {
  if (job instanceof Promise) {
    job.catch(() => undefined);
    throw new NotAcceptedError(`accept returned a promise${place}: it must answer at once`);
  }
  if (typeof job !== 'object' || job === null)
    throw new NotAcceptedError(`accept returned ${job === null ? 'null' : typeof job}${place}, not { id, payload }`);
  const { id } = job as { readonly id?: unknown };
  if (isJobId(id)) return job as AcceptedJob;
  const got = typeof id === 'string' ? `"${id.slice(0, 80)}"` : typeof id;
  throw new NotAcceptedError(`accept returned the id ${got}${place}: it must be 1 to 128 of A-Z a-z 0-9 _ . : -`);
}

/** A job's envelope, and what the message is if it carries it. */
interface Encoded {
  readonly body: string;
  readonly id: string;
  readonly key: string;
  readonly inside: ReturnType<typeof insideOf>;
}

/** Bytes that an envelope leaves for what a dead letter must say beside it. */
const ATTRIBUTE_BYTES = 2048;

/** @throws NotAcceptedError if it is no envelope, or its payload none of the schema's */
function encoded(job: AcceptedJob, index: number, { base, own, definition, nowMs }: Foreign): Encoded {
  const { id, key = id } = own.run === undefined ? job : { id: own.jobId ?? job.id, ...optional('key', own.key) };
  try {
    const named = { ...job, id, key: key === id ? undefined : key, createdAt: base.createdAt };
    const { body, envelope } = writeEnvelope(named, definition.type, nowMs);
    const bytes = Buffer.byteLength(body);
    if (bytes > MAX_MESSAGE_BYTES - ATTRIBUTE_BYTES)
      throw new InvalidMessageError(`it has ${bytes} bytes, too many for SQS`);
    const inside = insideOf(envelope, definition);
    if (inside.refusal !== undefined) throw inside.refusal;
    return { body, id, key, inside };
  } catch (cause) {
    if (!(cause instanceof InvalidMessageError || cause instanceof InvalidPayloadError)) throw cause;
    throw new NotAcceptedError(`what accept returned is no job (${index + 1}): ${cause.message}`, { cause });
  }
}

function oneJob({ body, id, key, inside }: Encoded, foreign: Foreign): Message {
  const { base, own } = foreign;
  const { pending, ...known } = inside;
  const attributes = own.run === undefined ? {} : own;
  const names = { jobId: id, key, named: false, attributes };
  const later = pending?.then(({ payload, refusal }) =>
    refusal === undefined ? { payload } : refusedBy(wrong(refusal), foreign),
  );
  return { ...base, ...known, body, bodyHash: bodyHashOf(body), ...names, ...optional('pending', later) };
}

function severalJobs(jobs: readonly Encoded[], foreign: Foreign): Message {
  const jobId = firstId(foreign);
  const split = jobs.map(({ body }) => body);
  const message = { ...foreign.base, ...asItCame(foreign), ...{ jobId, key: jobId, named: true } };
  const pending = jobs.flatMap(({ inside }) => inside.pending ?? []);
  if (pending.length === 0) return { ...message, split };
  const later = Promise.all(pending).then((all) => {
    const refusal = all.find((one) => one.refusal !== undefined)?.refusal;
    return refusal === undefined ? { split } : refusedBy(wrong(refusal), foreign);
  });
  return { ...message, pending: later };
}

const wrong = (refusal: Error) => new NotAcceptedError(`what accept returned is no job: ${refusal.message}`);
