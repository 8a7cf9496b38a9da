import { EXIT, explain, isEmulator, type Whereabouts } from '../operator/index.ts';
import type { Trouble } from './api.ts';
import { DependsError } from './feeds.ts';
import { Refusal } from './security.ts';

/** What a page says of an error: what went wrong, and what to do. */
export function troubleOf(error: unknown, where: Whereabouts): Trouble {
  if (error instanceof Refusal || error instanceof DependsError) return error.trouble;
  const { exitCode, message, todo } = explain(error, where);
  const action = actionIn(message);
  const kind = isGap(error, where) ? 'gap' : kindOf(exitCode, message);
  return { kind, message, ...(todo !== undefined && { todo }), ...(action !== undefined && { action }) };
}

/** SQS names actions in small letters. */
function actionIn(message: string): string | undefined {
  const [, service = '', name] = /not authorized to perform:? ([a-z0-9-]+):([A-Za-z]+)/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return `${service}:${ACTIONS.find((known) => known.toLowerCase() === name) ?? name}`;
}

const ACTIONS = ['ReceiveMessage', 'SendMessage', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ListQueues'];

function kindOf(exitCode: number, message: string): Trouble['kind'] {
  if (exitCode === EXIT.missing) return 'missing';
  if (exitCode === EXIT.usage) return 'usage';
  if (exitCode === EXIT.access) return message.startsWith('a right is missing') ? 'denied' : 'expired';
  if (exitCode !== EXIT.later) return 'failed';
  if (message.startsWith('no answer')) return 'unreachable';
  return /throttle|DynamoDB did not answer/.test(message) ? 'throttled' : 'failed';
}

/** The last one is LocalStack's own failure, as over a percentile. */
const GAP =
  /NotImplemented|UnknownOperation|InvalidAction|UnsupportedOperation|not (yet )?(been )?implemented|^InternalError exception while calling /i;

/** Something that an emulator does not have. */
function isGap(error: unknown, { endpoint }: Whereabouts): boolean {
  if (!isEmulator(endpoint) || !(error instanceof Error)) return false;
  const { status } = { status: (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode };
  return status === 501 || GAP.test(`${error.name} ${error.message}`);
}

const STATUS: Readonly<Record<Trouble['kind'], 400 | 401 | 403 | 404 | 429 | 500 | 501 | 502 | 503>> = {
  usage: 400,
  denied: 403,
  missing: 404,
  throttled: 429,
  // Not 401, which is of the page's own session.
  expired: 503,
  unreachable: 502,
  gap: 501,
  failed: 500,
};

export const statusOf = ({ kind }: Trouble) => STATUS[kind];
