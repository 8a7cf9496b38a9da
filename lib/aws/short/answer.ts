import { Readable } from 'node:stream';
import type { HttpResponse } from './sdk.ts';

/** A response, and its body as it came. */
export interface Answer {
  readonly response: HttpResponse;
  readonly bytes: Buffer;
}

/** Collects the body of a response. @throws what broke it off */
export function collect({ body }: HttpResponse): Promise<Buffer> {
  if (!(body instanceof Readable)) throw new TypeError('the body of the answer is no stream of Node');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.once('error', reject);
    body.once('end', () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
  });
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

/** Whether an object has these members alone, each as it is to be. */
function hasOnly(value: unknown, members: Readonly<Record<string, (member: unknown) => boolean>>): value is Fields {
  if (!isObject(value)) return false;
  for (const name in value) if (!members[name]?.(value[name])) return false;
  return true;
}

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';

const RESPONSE = {
  TableName: isString,
  Item: isObject,
  Error: (error: unknown) => hasOnly(error, { Code: isString, Message: isString, Item: isObject }),
};

const SENT = {
  ...{ Id: isString, MessageId: isString, SequenceNumber: isString },
  ...{ MD5OfMessageBody: isString, MD5OfMessageAttributes: isString, MD5OfMessageSystemAttributes: isString },
};
const NOT_SENT = {
  ...{ Id: isString, Code: isString, Message: isString },
  SenderFault: (value: unknown) => typeof value === 'boolean',
};

/** By operation: whether an answer means in memory what it does on the wire. Bytes aside, which are text there. */
const READERS: Readonly<Record<string, (output: unknown) => output is Fields>> = {
  BatchExecuteStatement: (output) =>
    hasOnly(output, { Responses: (all) => isListOf(all, (one) => hasOnly(one, RESPONSE)) }),
  BatchGetItem: (output) =>
    hasOnly(output, {
      Responses: (tables) => isObject(tables) && Object.values(tables).every((items) => isListOf(items, isObject)),
      UnprocessedKeys: (tables) => isObject(tables) && Object.keys(tables).length === 0,
    }),
  Query: (output) =>
    hasOnly(output, {
      Items: (items) => isListOf(items, isObject),
      ...{ LastEvaluatedKey: isObject, Count: isNumber, ScannedCount: isNumber },
    }),
  SendMessageBatch: (output) =>
    hasOnly(output, {
      Successful: (all) => isListOf(all, (one) => hasOnly(one, SENT)),
      Failed: (all) => isListOf(all, (one) => hasOnly(one, NOT_SENT)),
    }),
};

export const hasReader = (operation: string): boolean => Object.hasOwn(READERS, operation);

/** @returns the output of a call; undefined of an answer that the SDK must read: an error, bytes, anything not known */
export function read(operation: string, { response, bytes }: Answer): Fields | undefined {
  if (response.statusCode >= 300) return undefined;
  const text = bytes.toString('utf8');
  if (text.includes('"B":"') || text.includes('"BS":[')) return undefined;
  const output = parsed(text);
  return READERS[operation]?.(output) ? output : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
