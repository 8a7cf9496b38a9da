import type { JobView } from '../operator/index.ts';
import type { JobDetail } from './api.ts';
import type { Desk } from './desk.ts';
import type { ConsoleOptions } from './options.ts';

/** Attributes that stand in a place of their own. */
const SHOWN = [
  ...['id', 'type', 'jobId', 'runNo', 'status', 'attempts', 'maxAttempts', 'reason', 'error', 'flow', 'total'],
  ...['cancelRequested', 'undelivered', 'envelope', 'schema', 'bodyHash', 'payloadHash', 'diedOf', 'owner', 'listKey'],
];
/** What handlers keep: not shown with `--no-payloads`. */
const KEPT = ['result', 'progress', 'checkpoint'];
/** Epoch ms in the item; `expiration` is in seconds. */
const TIMES = ['leaseUntil', 'dueAt', 'listAt', 'deadlineAt', 'startBefore', 'endBefore'];

/** A job as its page shows it. */
export function jobDetail({ item, key, batch, message }: JobView, desk: Desk): JobDetail {
  const { options } = desk;
  const { type, jobId, status, attempts, maxAttempts, reason, error, flow, runNo: run } = item;
  return {
    ...{ type, key, jobId, run, status, attempts, maxAttempts, message },
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(batch !== undefined && { batch }),
    ...(flow?.of !== undefined && { flow: { type: flow.of.type, key: flow.of.key } }),
    ...{ cancelRequested: item.cancelRequested === true, undelivered: item.undelivered === true },
    ...{ can: options.readOnly ? [] : canBe(item, desk), attributes: attributesOf(item, options) },
  };
}

function canBe({ type, status, listKey, undelivered }: JobView['item'], { options, deniedOf }: Desk): JobDetail['can'] {
  const isKnown = options.definitions.some((definition) => definition.type === type);
  if (status === 'DEAD') {
    // Its dead letter is found by receiving alone.
    if (undelivered === true || deniedOf('sqs:ReceiveMessage') !== undefined) return [];
    return isKnown && options.payloads !== false ? ['redrive', 'correct'] : ['redrive'];
  }
  if (status === 'COMPLETED' || status === 'CANCELLED' || status === 'EXPIRED') return [];
  const isParked = listKey !== undefined && status !== 'INPROGRESS';
  // How long a cancelled job is kept stands in its definition.
  return [...(isParked ? (['retry'] as const) : []), ...(isKnown ? (['cancel'] as const) : [])];
}

function attributesOf(item: JobView['item'], { payloads = true }: ConsoleOptions): JobDetail['attributes'] {
  return Object.entries(item).flatMap(([name, value]) => {
    if (value === undefined || SHOWN.includes(name) || (!payloads && KEPT.includes(name))) return [];
    return [{ name, value: inWords(name, value) }];
  });
}

function inWords(name: string, value: unknown): string {
  if (TIMES.includes(name) && typeof value === 'number') return new Date(value).toISOString();
  if (name === 'expiration' && typeof value === 'number') return new Date(value * 1000).toISOString();
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
