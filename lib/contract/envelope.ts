import { MAX_ATTEMPTS } from './definition/retry-options.ts';
import { didYouMean } from './definition/suggest.ts';
import { InvalidMessageError, InvalidPayloadError } from './errors.ts';
import { foreignBody } from './foreign-body.ts';
import { MAX_HOPS } from './hops.ts';
import { JsonError, textOf, toJson } from './json.ts';
import { isJobId, isJobKey, JOB_ID, JOB_KEY, optional } from './names.ts';
import { type PayloadRef, payloadRefFault } from './payload-ref.ts';
import { checkFlowFields, type FlowFields, type FlowStep } from './protocol/flow-fields.ts';

/** The body of an SQS message, as a producer writes it. Only `payload` is required, or `payloadRef` in its place. */
export interface Envelope {
  readonly payload?: unknown;
  /** Where a large payload lies. */
  readonly payloadRef?: PayloadRef;
  /** Names this job, 1 to 128 of `A-Za-z0-9_.:-`. */
  readonly id?: string;
  /** Idempotency key, 1 to 250 of the same characters. @default id */
  readonly key?: string;
  readonly type?: string;
  /** 1 to 100; overrides the definition's. */
  readonly maxAttempts?: number;
  /** ISO 8601. @default when SQS took the message */
  readonly createdAt?: string;
  /** ISO 8601, at most a year ahead. @default now */
  readonly runAt?: string;
  /** ISO 8601, later than `runAt`: a job that has not begun by then expires. @default never */
  readonly startBefore?: string;
  /** ISO 8601, later than `runAt`: no attempt starts from then on, the job expires. @default never */
  readonly endBefore?: string;
  /** Jobs in a row, each enqueued by the one before, that led to this one; at most 100. @default 0 */
  readonly hops?: number;
  /** What comes after this job, 1 to 19 steps. Each is sent once the one before it has completed. @default nothing */
  readonly then?: readonly FlowStep[];
  /** Sluice's own: the flow that this job is in. */
  readonly flow?: FlowFields;
}

const FIELDS = [
  ...(['payload', 'id', 'key', 'type', 'maxAttempts', 'createdAt', 'runAt', 'hops'] as const),
  ...(['then', 'flow', 'payloadRef', 'startBefore', 'endBefore'] as const),
] as const;
/** Names that later versions of the envelope may give a meaning. */
const RESERVED_FIELDS = ['v', 'lane', 'sealed', 'tags'];
const TIME = 'a time in ISO 8601 with a zone, as 2026-01-31T09:00:00Z';
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
/** What the fields' text must match, for whoever describes the envelope. */
export const ENVELOPE_PATTERNS = { id: JOB_ID, key: JOB_KEY, time: ISO_8601 } as const;
/** A leap year, so that "one year ahead" is never refused. */
const MAX_AHEAD_MS = 366 * 24 * 3600 * 1000;

/** The names that a body gives its job. */
export type EnvelopeNames = Pick<Envelope, 'id' | 'key'>;

/**
 * Reads a message body. Strict, so that a typo never silently changes what a job does.
 *
 * @param type  the job type whose queue the message came from
 * @param nowMs epoch milliseconds, against which `runAt` is checked
 * @throws InvalidMessageError saying which field is wrong and what it must be
 */
export function decodeEnvelope(body: string, type: string, nowMs: number): Envelope {
  return checkedEnvelope(parseObject(body), type, nowMs);
}

/** Reads a message body. Never throws: a refusal is a value, with the names that the refused body gives its job. */
export function readEnvelope(
  body: string,
  type: string,
  nowMs: number,
): { readonly envelope: Envelope } | { readonly refusal: InvalidMessageError; readonly names: EnvelopeNames } {
  let fields: Record<string, unknown> | undefined;
  try {
    fields = parseObject(body);
    return { envelope: checkedEnvelope(fields, type, nowMs) };
  } catch (cause) {
    const refusal =
      cause instanceof InvalidMessageError ? cause : new InvalidMessageError('the body cannot be read', { cause });
    return { refusal, names: fields === undefined ? {} : namesIn(fields) };
  }
}

/** `id` and `key`, if each of them is valid or absent: half of a name may be another job's. */
function namesIn(fields: Record<string, unknown>): EnvelopeNames {
  const { id, key } = fields;
  if ((id !== undefined && !isJobId(id)) || (key !== undefined && !isJobKey(key))) return {};
  return { ...optional('id', id), ...optional('key', key) };
}

function checkedEnvelope(fields: Record<string, unknown>, type: string, nowMs: number): Envelope {
  for (const name of Object.keys(fields)) checkKnown(name, fields);
  checkOnePayload(fields, type);
  check(fields, 'id', isJobId, '1 to 128 of A-Z a-z 0-9 _ . : -');
  check(fields, 'key', isJobKey, '1 to 250 of A-Z a-z 0-9 _ . : -');
  check(fields, 'type', (given) => given === type, `"${type}", the type of this queue`);
  check(fields, 'maxAttempts', isMaxAttempts, `a whole number from ${MAX_ATTEMPTS.min} to ${MAX_ATTEMPTS.max}`);
  check(fields, 'createdAt', isTime, TIME);
  check(fields, 'runAt', isTime, TIME);
  check(fields, 'runAt', (at) => Date.parse(at as string) <= nowMs + MAX_AHEAD_MS, 'at most one year ahead');
  checkDeadline(fields, 'startBefore');
  checkDeadline(fields, 'endBefore');
  check(fields, 'hops', isHops, `a whole number from 0 to ${MAX_HOPS}: jobs must not enqueue jobs for ever`);
  checkFlowFields(fields);
  return fields as unknown as Envelope;
}

/** A job that may never begin is no job: its sender has mixed the times up. */
function checkDeadline(fields: Record<string, unknown>, name: 'startBefore' | 'endBefore'): void {
  if (!Object.hasOwn(fields, name)) return;
  check(fields, name, isTime, TIME);
  const { runAt } = fields as Envelope;
  check(fields, name, (at) => !(Date.parse(at as string) <= Date.parse(runAt ?? '')), `later than "runAt", ${runAt}`);
}

function checkOnePayload(fields: Record<string, unknown>, type: string): void {
  const isInline = Object.hasOwn(fields, 'payload');
  if (isInline === Object.hasOwn(fields, 'payloadRef'))
    throw new InvalidMessageError(`the body has ${isInline ? '"payload" and "payloadRef"' : 'no "payload"'}`);
  const fault = isInline ? undefined : payloadRefFault(fields.payloadRef, type);
  if (fault !== undefined) check(fields, 'payloadRef', () => false, fault);
}

/**
 * Writes a message body.
 *
 * @throws InvalidMessageError if {@link decodeEnvelope} would refuse it; InvalidPayloadError if JSON cannot carry the payload
 */
export function encodeEnvelope(envelope: Envelope, type: string, nowMs: number): string {
  return writeEnvelope(envelope, type, nowMs).body;
}

/**
 * Writes a message body, and reads it as its consumer will.
 *
 * @throws InvalidMessageError if {@link decodeEnvelope} would refuse it; InvalidPayloadError if JSON cannot carry the payload
 */
export function writeEnvelope(envelope: Written, type: string, nowMs: number): { body: string; envelope: Envelope } {
  const { payload, ...fields } = envelope;
  const head = JSON.stringify(fields);
  const text =
    payload === undefined ? head : `${head.slice(0, -1)}${head === '{}' ? '' : ','}"payload":${payloadText(payload)}}`;
  // SQS refuses these two as characters; JSON writes both as text.
  const body = text.replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  return { body, envelope: decodeEnvelope(body, type, nowMs) };
}

/** @throws InvalidPayloadError if JSON cannot carry the payload */
export function payloadText(payload: unknown): string {
  try {
    return textOf(payload) ?? toJson('payload', payload);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new InvalidPayloadError(cause.message, { cause });
  }
}

/** Fields that are undefined are left out. */
type Written = { readonly [Name in keyof Envelope]: Envelope[Name] | undefined };

const POINTER = 'an address in S3 (see extendedFrom)';

function parseObject(body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    // The parser's own message quotes the body, which is the payload: it stays in `cause` and is never logged.
    throw new InvalidMessageError('the body is not JSON', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    const kind = Array.isArray(parsed)
      ? /S3Pointer$/.test(String(parsed[0]))
        ? POINTER
        : 'an array'
      : parsed === null
        ? 'null'
        : `a ${typeof parsed}`;
    throw new InvalidMessageError(`the body must be a JSON object, got ${kind}`);
  }
  return parsed as Record<string, unknown>;
}

function checkKnown(name: string, fields: Record<string, unknown>): void {
  if ((FIELDS as readonly string[]).includes(name)) return;
  const foreign = foreignBody(fields);
  if (foreign !== undefined) throw new InvalidMessageError(foreign);
  if (RESERVED_FIELDS.includes(name)) {
    throw new InvalidMessageError(`"${name}" is reserved in the envelope; leave it out`);
  }
  throw new InvalidMessageError(
    `"${name.slice(0, 64)}" is not a field of the envelope${didYouMean(name.slice(0, 64), FIELDS)}`,
  );
}

type OptionalField = Exclude<(typeof FIELDS)[number], 'payload'>;

function check(
  fields: Record<string, unknown>,
  name: OptionalField,
  ok: (value: unknown) => boolean,
  wanted: string,
): void {
  const value = fields[name];
  if (!Object.hasOwn(fields, name) || ok(value)) return;
  throw new InvalidMessageError(`"${name}" must be ${wanted}, got ${described(value)}`);
}

/** Characters of a wrong text that are quoted. */
const MAX_QUOTED = 80;

/** A wrong value in a line. Lists and objects are not walked: they may be as deep, and as long, as a message can be. */
function described(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : 'an object';
  if (typeof value !== 'string' || value.length <= MAX_QUOTED) return JSON.stringify(value);
  return `${JSON.stringify(value.slice(0, MAX_QUOTED))}… (${value.length} characters)`;
}

const isMaxAttempts = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= MAX_ATTEMPTS.min && (value as number) <= MAX_ATTEMPTS.max;

const isHops = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_HOPS;

/** JavaScript takes the 30th of February for the 2nd of March: a day must be one of its month. */
function isTime(value: unknown): boolean {
  if (typeof value !== 'string' || !ISO_8601.test(value) || Number.isNaN(Date.parse(value))) return false;
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
