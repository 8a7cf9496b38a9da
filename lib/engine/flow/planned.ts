import { deadlineRefusal } from '../../contract/definition/begin-option.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { didYouMean } from '../../contract/definition/suggest.ts';
import { writeEnvelope } from '../../contract/envelope.ts';
import { InvalidMessageError, InvalidPayloadError } from '../../contract/errors.ts';
import type { Outgoing } from '../../contract/flow.ts';
import { nextHops } from '../../contract/hops.ts';
import { JsonError, toJson } from '../../contract/json.ts';
import { optional } from '../../contract/names.ts';
import { readPayload } from '../../contract/payload.ts';
import type { PlannedJob } from '../../contract/planned-job.ts';
import { type FlowFields, type FlowStep, refusedNext } from '../../contract/protocol/flow-fields.ts';
import { MAX_STEPS, notInFlow } from '../../contract/protocol/not-in-flow.ts';
import { iso } from '../../contract/protocol/timing.ts';
import { MESSAGE_GROUP } from '../../contract/sqs-limits.ts';

/** Who stages, and when. */
export interface Stager {
  readonly definition: JobDefinition;
  /** Of its own job: what it stages is a tenant's as it is, unless it says otherwise. */
  readonly group: string | undefined;
  readonly nowMs: number;
  /** Payloads whose schema takes time: each rejects if that refuses. */
  readonly pending: Promise<void>[];
}

/** A staged job's names, and its part in a flow. */
export interface Part {
  /** For errors: "child 17 of the batch". */
  readonly what: string;
  readonly id: string;
  readonly flow?: FlowFields;
  readonly then?: readonly FlowStep[] | undefined;
}

/**
 * Writes a staged job's message, checked as its consumer will read it.
 *
 * @throws InvalidMessageError, InvalidPayloadError saying what is wrong
 */
export function toOutgoing(planned: PlannedJob, { what, id, flow, then }: Part, stager: Stager): Outgoing {
  const { nowMs, definition: own } = stager;
  const { definition, options } = checkedPlan(planned, what);
  const { type } = definition;
  const refused = refusedNext(type, own) ?? (definition.retired ? retired(type) : undefined);
  if (refused !== undefined) throw refused;
  if (flow !== undefined && definition.handsOn === undefined) throw notInFlow(type);
  const runAtMs = startOf(options, { what, nowMs });
  const runAt = runAtMs === undefined ? undefined : iso(runAtMs);
  const payload = checkedPayload(planned, what, stager);
  const times = { createdAt: iso(nowMs), runAt, ...deadlinesOf({ ...planned, options }, what) };
  const envelope = { id, key: undefined, type, maxAttempts: options.maxAttempts, ...times };
  const { body } = writeEnvelope({ ...envelope, hops: nextHops(type), then, flow, payload }, type, nowMs);
  return {
    ...{ type, body },
    ...optional('group', checkedTenant(options.tenant, what) ?? stager.group),
    ...optional('runAtMs', runAtMs),
  };
}

const retired = (type: string) => new InvalidMessageError(`${type} is retired: it takes no new jobs`);

/**
 * The later jobs of a child that is a list.
 *
 * @returns undefined if there is one job only
 */
export function stepsAfter(
  first: PlannedJob,
  later: readonly PlannedJob[],
  { what, stager }: { readonly what: string; readonly stager: Stager },
): readonly FlowStep[] | undefined {
  if (later.length === 0) return undefined;
  if (later.length >= MAX_STEPS)
    throw new RangeError(`${what} has ${later.length + 1} jobs: at most ${MAX_STEPS} in a row`);
  let before: JobDefinition = first.definition;
  return later.map((planned, i) => {
    const place = `${what}, job ${i + 1}`;
    const { definition, options } = checkedPlan(planned, place);
    const refused = refusedNext(definition.type, before);
    if (refused !== undefined) throw refused;
    if (definition.handsOn === undefined) throw notInFlow(definition.type);
    if (isTimed(options))
      throw new InvalidMessageError(`${place} starts once the one before has completed: leave out when`);
    before = definition;
    const payload = checkedPayload(planned, place, stager);
    const tenant = checkedTenant(options.tenant, place);
    return {
      type: definition.type,
      payload,
      ...optional('maxAttempts', options.maxAttempts),
      ...optional('tenant', tenant),
    };
  });
}

const KNOWN = ['maxAttempts', 'runAt', 'delaySeconds', 'startBefore', 'endBefore', 'tenant'];

/** Whether the options say when the job starts, or by when: a later step starts when it can, and so does a callback. */
export const isTimed = ({ runAt, delaySeconds, startBefore, endBefore }: PlannedJob['options']): boolean =>
  [runAt, delaySeconds, startBefore, endBefore].some((one) => one !== undefined);

/** Until when the job may begin, and its attempts start. */
function deadlinesOf({ definition, options }: PlannedJob, what: string) {
  const timeOf = (name: 'startBefore' | 'endBefore') => {
    const at = options[name];
    if (at === undefined) return undefined;
    const atMs = at instanceof Date ? at.getTime() : Date.parse(at);
    if (Number.isNaN(atMs)) throw new InvalidMessageError(`${what}: "${name}" is no time`);
    return iso(atMs);
  };
  const times = { ...optional('startBefore', timeOf('startBefore')), ...optional('endBefore', timeOf('endBefore')) };
  const refusal = deadlineRefusal(times, definition);
  if (refusal !== undefined) throw new InvalidMessageError(`${what}: ${refusal.message}`);
  return { startBefore: undefined, endBefore: undefined, ...times };
}

/** From JavaScript, anything may come. */
function checkedPlan(planned: PlannedJob, what: string): PlannedJob {
  const { definition, options } = (planned ?? {}) as Partial<PlannedJob>;
  if (definition?.type === undefined || definition.payload === undefined)
    throw new InvalidMessageError(`${what} is no job: make it by job(definition, payload)`);
  for (const name of Object.keys(options ?? {})) {
    if (KNOWN.includes(name)) continue;
    if (name === 'key' || name === 'id')
      throw new InvalidMessageError(`${what} has "${name}": a child's key is its place: put yours into the payload`);
    const known = didYouMean(name, KNOWN) || `; known: ${KNOWN.join(', ')}`;
    throw new InvalidMessageError(`${what}: unknown option "${name.slice(0, 64)}"${known}`);
  }
  return { ...planned, options: options ?? {} };
}

/** As JSON carries it, and its schema accepts it. */
function checkedPayload({ definition, payload }: PlannedJob, what: string, { pending }: Stager): unknown {
  const carried: unknown = JSON.parse(jsonOf(payload, what));
  const read = readPayload(definition, carried);
  if (read.refusal !== undefined) throw new InvalidPayloadError(`${what}: ${read.refusal.message}`);
  if (read.pending !== undefined) {
    const checked = read.pending.then(({ refusal }) => refuse(refusal, what));
    // It is waited for at the attempt's end.
    checked.catch(() => undefined);
    pending.push(checked);
  }
  return carried;
}

function jsonOf(payload: unknown, what: string): string {
  try {
    return toJson('payload', payload);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new InvalidPayloadError(`${what}: ${cause.message}`, { cause });
  }
}

function refuse(refusal: InvalidPayloadError | undefined, what: string): void {
  if (refusal !== undefined) throw new InvalidPayloadError(`${what}: ${refusal.message}`);
}

function checkedTenant(tenant: unknown, what: string): string | undefined {
  if (tenant === undefined || (typeof tenant === 'string' && MESSAGE_GROUP.test(tenant))) return tenant;
  throw new InvalidMessageError(`${what}: "tenant" must be 1 to 128 printable ASCII characters without spaces`);
}

/** A leap year, as the envelope's `runAt`. */
const MAX_AHEAD_SECONDS = 366 * 24 * 3600;

interface Starting {
  readonly what: string;
  readonly nowMs: number;
}

/** When a job starts, epoch ms; undefined for at once. */
function startOf({ runAt, delaySeconds }: PlannedJob['options'], { what, nowMs }: Starting): number | undefined {
  if (runAt !== undefined && delaySeconds !== undefined)
    throw new InvalidMessageError(`${what}: give "runAt" or "delaySeconds", not both`);
  if (delaySeconds !== undefined) {
    const isInRange = typeof delaySeconds === 'number' && delaySeconds >= 0 && delaySeconds <= MAX_AHEAD_SECONDS;
    if (isInRange) return delaySeconds === 0 ? undefined : Math.ceil(nowMs + delaySeconds * 1000);
    throw new InvalidMessageError(`${what}: "delaySeconds" must be 0 to ${MAX_AHEAD_SECONDS} (a year)`);
  }
  if (runAt === undefined) return undefined;
  const atMs = runAt instanceof Date ? runAt.getTime() : Date.parse(runAt);
  if (Number.isNaN(atMs)) throw new InvalidMessageError(`${what}: "runAt" is no time`);
  return atMs;
}
