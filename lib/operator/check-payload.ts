import type * as z from 'zod';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { decodeEnvelope } from '../contract/envelope.ts';
import { InvalidMessageError } from '../contract/errors.ts';
import { readPayload } from '../contract/payload.ts';
import { jsonFaultPlace, notJsonAt } from './json-place.ts';
import { fieldText, indented, unheldMessage, unheldNumber } from './json-text.ts';

/** What is wrong with a payload, for an editor. It quotes no value. */
export interface PayloadFault {
  /** A JSON pointer into the text; '' is the whole. */
  readonly pointer: string;
  readonly message: string;
  /** Where the text is no JSON, from 1. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * Checks a payload as its consumer will, by its definition's own schema.
 *
 * @param envelope whether the text is a whole message body. @default it is the payload
 * @returns none if it fits
 */
export async function checkPayload(
  definition: JobDefinition,
  text: string,
  { envelope = false, nowMs = Date.now() } = {},
): Promise<PayloadFault[]> {
  const place = jsonFaultPlace(text);
  if (place !== undefined) return [{ pointer: '', message: `it is not JSON: ${notJsonAt(text)}`, ...place }];
  const unheld = unheldNumber(text);
  if (unheld !== undefined) return [{ pointer: pointerOf(unheld.split('.')), message: unheldMessage(unheld) }];
  const value: unknown = JSON.parse(text);
  if (!envelope) return faultsIn(definition, value, []);
  try {
    const { payload, payloadRef } = decodeEnvelope(text, definition.type, nowMs);
    // It stays where it lies: its consumer reads it by the schema.
    return payloadRef === undefined ? await faultsIn(definition, payload, ['payload']) : [];
  } catch (error) {
    if (!(error instanceof InvalidMessageError)) throw error;
    return [{ pointer: '', message: error.message }];
  }
}

async function faultsIn(
  definition: JobDefinition,
  payload: unknown,
  at: readonly PropertyKey[],
): Promise<PayloadFault[]> {
  const read = readPayload(definition, payload);
  const { refusal } = (await read.pending) ?? read;
  if (refusal === undefined) return [];
  const { issues } = (refusal.cause ?? {}) as { issues?: readonly z.core.$ZodIssue[] };
  return issues === undefined ? [{ pointer: pointerOf(at), message: refusal.message }] : faultsOf(issues, at);
}

/** Of a union, what its closest member refused. */
function faultsOf(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[]): PayloadFault[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    const [closest] = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length) : [];
    return closest ? faultsOf(closest, path) : [{ pointer: pointerOf(path), message: issue.message }];
  });
}

/** RFC 6901. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The payload of a message body, over lines; undefined if the body is no envelope, or has it elsewhere. */
export function payloadOf(body: string): string | undefined {
  if (jsonFaultPlace(body) !== undefined || !/^\s*\{/.test(body)) return undefined;
  const payload = fieldText(body, 'payload');
  return payload === undefined ? undefined : indented(payload);
}
