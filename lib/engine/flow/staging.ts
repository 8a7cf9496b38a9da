import { didYouMean } from '../../contract/definition/suggest.ts';
import { InvalidMessageError, JobResultError, LeaseLostError } from '../../contract/errors.ts';
import { callbackFlow, childKey, type Outgoing, type StagedBatch } from '../../contract/flow.ts';
import { bodyHashOf } from '../../contract/inside.ts';
import { attributeBytes, ENVELOPE_MARK } from '../../contract/message-attributes.ts';
import type { PlannedJob } from '../../contract/planned-job.ts';
import { MAX_CHILDREN } from '../../contract/protocol/flow-fields.ts';
import { itemId } from '../../contract/protocol/job-item.ts';
import type { Staged } from '../../contract/protocol/settle.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import type { Claim, Engine, Staging } from '../engine.ts';
import type { Batch } from '../flow-types.ts';
import type { JobContext } from '../job-context.ts';
import { MAX_OUTBOX_BYTES, type Outbox, pack } from './outbox.ts';
import { isTimed, type Stager, stepsAfter, toOutgoing } from './planned.ts';

/** Bytes of an item that its result and what it staged may take together: it is at most 400 KB; see `MAX_PARKED_BYTES`. */
const MAX_TOGETHER_BYTES = 320 * 1024;

export function makeStaging(
  claim: Claim,
  engine: Engine,
): Omit<Staging, 'context'> & Pick<JobContext, 'enqueue' | 'batch'> {
  const { item, message } = claim;
  const pending: Promise<void>[] = [];
  const jobs: Outgoing[] = [];
  let batch: StagedBatch | undefined;
  let isOpen = true;
  const room = makeRoom();
  const count = () => jobs.length + (batch?.children.length ?? 0);
  const stager = (): Stager => {
    if (!isOpen) throw new LeaseLostError('the attempt has ended: nothing was staged');
    const { definition, clock } = engine;
    return { definition, group: message.group, nowMs: clock.now(), pending: [] };
  };
  const outbox = (): Outbox => ({ ...(batch !== undefined && { batch }), jobs });
  return {
    isEmpty: () => count() === 0 && batch === undefined,
    enqueue(definition, payload, options = {}) {
      const by = stager();
      checkCount(count() + 1);
      const id = `${item.owner}:s${jobs.length}`;
      const what = `staged job ${jobs.length}`;
      const one = toOutgoing({ definition, payload, options }, { what, id }, by);
      checkBytes(one, MAX_STAGED_BYTES, what);
      room.take({ ...outbox(), jobs: [...jobs, one] }, [one]);
      jobs.push(one);
      pending.push(...by.pending);
    },
    batch(given) {
      const by = stager();
      if (batch !== undefined)
        throw new RangeError(
          'one batch an attempt: put all children into one, or let a child stage a batch of its own',
        );
      const staged = toBatch(given, claim, by);
      checkCount(count() + staged.children.length);
      room.take({ jobs, batch: staged }, [staged.callback, ...staged.children]);
      batch = staged;
      pending.push(...by.pending);
    },
    close() {
      isOpen = false;
    },
    async finish(result) {
      isOpen = false;
      await Promise.all(pending);
      return packed(outbox(), result);
    },
  };
}

/** @throws JobResultError if the result has no room beside */
function packed(outbox: Outbox, result: unknown): Staged {
  const bytes = pack(outbox);
  const together = bytes.length + Buffer.byteLength(JSON.stringify(result) ?? '');
  if (together > MAX_TOGETHER_BYTES) {
    throw new JobResultError(
      `the result and the staged jobs have ${together} bytes together, at most ${MAX_TOGETHER_BYTES} are kept: store the result elsewhere and keep its address`,
    );
  }
  const { callback } = outbox.batch ?? {};
  return { outbox: bytes, ...(callback !== undefined && { passedOn: itemId(callback.type, callback.key) }) };
}

function checkCount(count: number): void {
  if (count > MAX_CHILDREN)
    throw new RangeError(
      `one attempt stages ${MAX_CHILDREN} jobs, got ${count}: let each child stage a batch of its own`,
    );
}

/** Looks whether what is staged still fits, and packs only where it may not. */
function makeRoom() {
  let bound = 0;
  return {
    take(outbox: Outbox, added: readonly Outgoing[]): void {
      const most = bound + added.reduce((sum, { body }) => sum + Buffer.byteLength(body) + BESIDE_BODY, BESIDE_BODY);
      const bytes = most > MAX_OUTBOX_BYTES ? pack(outbox).length : most;
      if (bytes > MAX_OUTBOX_BYTES) {
        const [got, fit] = [bytes, MAX_OUTBOX_BYTES].map((one) => Math.ceil(one / 1024));
        throw new RangeError(
          `the staged jobs are ${got} KB compressed, ${fit} KB fit: stage pages, each child a batch of its own`,
        );
      }
      bound = bytes;
    },
  };
}

/** Bytes of a message beside its body, at most: type, tenant, time, JSON's quotes. */
const BESIDE_BODY = 300;

const DEADLINE_SECONDS = { min: 60, max: 14 * 24 * 3600, default: 24 * 3600 } as const;
const MODES = ['settled', 'success'] as const;
const OPTIONS = ['children', 'callback', 'mode', 'deadlineSeconds'];
/** Largest body of a child: one that waits is parked (`MAX_PARKED_BYTES`). */
const MAX_CHILD_BYTES = 320 * 1024;
/** Largest body of any other job: SQS takes no larger one with its mark, however small the outbox is, packed. */
const MAX_STAGED_BYTES = MAX_MESSAGE_BYTES - attributeBytes(ENVELOPE_MARK);
/** Largest body of a callback: DynamoDB weighs the whole item with each child's end. */
const MAX_CALLBACK_BYTES = 8 * 1024;

function toBatch(given: Batch, claim: Claim, stager: Stager): StagedBatch {
  const { children, callback, mode = 'settled', deadlineSeconds = DEADLINE_SECONDS.default } = given;
  const unknown = Object.keys(given).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    const suggested = didYouMean(unknown, OPTIONS) || `; known: ${OPTIONS.join(', ')}`;
    throw new InvalidMessageError(`"${unknown}" is no option of a batch${suggested}`);
  }
  if (!Array.isArray(children)) throw new InvalidMessageError('a batch has "children", a list of jobs');
  const { length } = children as readonly unknown[];
  if (length > MAX_CHILDREN)
    throw new RangeError(
      `a batch holds ${shown(MAX_CHILDREN)} children, got ${shown(length)}: let each child stage a batch of its own`,
    );
  if (!MODES.includes(mode)) throw new RangeError(`mode must be ${MODES.join(' or ')}, got ${JSON.stringify(mode)}`);
  const { min, max } = DEADLINE_SECONDS;
  if (!Number.isInteger(deadlineSeconds) || deadlineSeconds < min || deadlineSeconds > max)
    throw new RangeError(`deadlineSeconds must be ${min} to ${shown(max)} (14 days), got ${deadlineSeconds}`);
  const deadlineMs = stager.nowMs + deadlineSeconds * 1000;
  const key = claim.item.owner ?? '';
  return {
    callback: toCallback(callback, { key, claim }, stager),
    children: given.children.map((child, place) =>
      toChild(child, { place, of: { type: callback.definition.type, key }, deadlineMs }, stager),
    ),
    mode,
    deadlineSeconds,
  };
}

const shown = (count: number) => count.toLocaleString('en-US');

interface Child {
  readonly place: number;
  readonly of: { readonly type: string; readonly key: string };
  readonly deadlineMs: number;
}

function toChild(child: Batch['children'][number], { place, of, deadlineMs }: Child, stager: Stager): Outgoing {
  const what = `child ${place} of the batch`;
  const [first, ...later] = isList(child) ? child : [child];
  if (first === undefined) throw new InvalidMessageError(`${what} is an empty list`);
  const then = stepsAfter(first, later, { what, stager });
  const flow = { of: { ...of, place } };
  const one = toOutgoing(first, { what, id: childKey(of.key, place), flow, then }, stager);
  if ((one.runAtMs ?? 0) > deadlineMs) throw new RangeError(`child ${place} starts after the batch's deadline`);
  checkBytes(one, MAX_CHILD_BYTES, what);
  return one;
}

const isList = (child: Batch['children'][number]): child is readonly [PlannedJob, ...PlannedJob[]] =>
  Array.isArray(child);

interface CallbackOf {
  readonly key: string;
  readonly claim: Claim;
}

function toCallback(planned: PlannedJob, { key, claim }: CallbackOf, stager: Stager): StagedBatch['callback'] {
  const { item, message } = claim;
  const what = 'the callback';
  const { then } = message;
  const one = toOutgoing(planned, { what, id: key, flow: callbackFlow(item, message), then }, stager);
  const { definition, options = {} } = planned;
  if (definition.begin === 'optimistic')
    throw new InvalidMessageError(
      `a batch's callback starts once, and ${definition.type} begins optimistically: take begin out of its definition`,
    );
  if (isTimed(options))
    throw new InvalidMessageError(
      'the callback starts once its children have ended: leave out when, or set deadlineSeconds',
    );
  const next = then?.[0]?.type;
  if (next !== undefined && !definition.handsOn?.includes(next)) {
    const { type } = definition;
    throw new InvalidMessageError(`${type} takes over this chain's next step, "${next}": add it to handsOn of ${type}`);
  }
  checkBytes(one, MAX_CALLBACK_BYTES, what);
  return {
    ...one,
    key,
    bodyHash: bodyHashOf(one.body),
    maxAttempts: options.maxAttempts ?? definition.retry.maxAttempts,
  };
}

function checkBytes({ body }: Outgoing, max: number, what: string): void {
  const bytes = Buffer.byteLength(body);
  if (bytes > max)
    throw new RangeError(
      `${what} has ${bytes} bytes, at most ${max} fit: keep the rest elsewhere, and send its address`,
    );
}
