import { jsonText } from '../contract/json.ts';
import type { EnqueueOptions } from '../producer/index.ts';
import { notJsonAt } from './json-place.ts';
import { fieldText, unheldMessage, unheldNumber } from './json-text.ts';

/** The text is not JSON, or not the object that `envelopes` asks for. */
export class InvalidTextError extends Error {
  override readonly name = 'InvalidTextError';
}

/** The payload's JSON as it was given, and the job's own options. */
export interface GivenText {
  readonly payload: string;
  readonly own: EnqueueOptions;
}

/** Reads a job as text: a payload, or with `envelopes` an object of `payload` and the job's options. @throws InvalidTextError */
export function parsed(text: string, envelopes: boolean): GivenText {
  if (text.trim() === '') throw new InvalidTextError('it is empty: a JSON payload is needed');
  const value = parsedJson(text);
  const unheld = unheldNumber(text, envelopes ? [] : ['payload']);
  if (unheld !== undefined) throw new InvalidTextError(unheldMessage(unheld));
  if (!envelopes) return { payload: text.trim(), own: {} };
  const payload = fieldText(text, 'payload');
  if (payload === undefined) throw new InvalidTextError('it is not an object with a "payload"');
  const { payload: _, ...own } = value as { payload: unknown };
  return { payload, own };
}

/** A payload that is given as text, to be put into a job as it is. @throws InvalidTextError */
export const payloadGiven = (text: string): object => jsonText(parsed(text, false).payload);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which is the payload.
    throw new InvalidTextError(`it is not JSON: ${notJsonAt(text)}`);
  }
}

/** A job as the object that `envelopes` takes, under an id. */
export function envelopeText({ payload, own }: GivenText, jobId: string | undefined): string {
  const head = JSON.stringify({ ...(jobId !== undefined && { id: jobId }), ...own }).slice(0, -1);
  return `${head}${head === '{' ? '' : ','}"payload":${payload}}`;
}
