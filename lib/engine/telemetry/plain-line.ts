import { iso } from '../../contract/protocol/timing.ts';

/** What a line of the engine's own says. */
export interface PlainLine {
  readonly level: 'INFO';
  readonly message: string;
  readonly service: string;
  readonly fields: object;
}

/**
 * The text that Powertools and `LineFormat` make of a line, in a tenth of the time: they copy its fields six times, read
 * the environment seven times, and call a function for each value.
 *
 * @returns undefined if a field is empty, or is no text, number or boolean: Powertools knows what becomes of those
 */
export function plainLine({ level, message, service, fields }: PlainLine): string | undefined {
  for (const value of Object.values(fields)) if (!isPlain(value)) return undefined;
  const head = { level, message, timestamp: iso(Date.now()), service, xray_trace_id: traceId() };
  return JSON.stringify({ ...head, ...fields });
}

const isPlain = (value: unknown): boolean =>
  value === undefined ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value !== '');

/** Lambda's header of an invocation, and what was read of it: `Root=1-5759e988-…;Parent=…;Sampled=1`. */
let known: { readonly header: string; readonly root: string | undefined } = { header: '', root: undefined };

/** The trace of this invocation, found as Powertools does: by Lambda's store where invocations share a process. */
function traceId(): string | undefined {
  const header = invokeStore()?.getXRayTraceId() ?? process.env._X_AMZN_TRACE_ID ?? '';
  if (header !== known.header) known = { header, root: rootOf(header.trim()) };
  return known.root;
}

const invokeStore = () =>
  (globalThis as { awslambda?: { InvokeStore?: { getXRayTraceId(): string | undefined } } }).awslambda?.InvokeStore;

function rootOf(header: string): string | undefined {
  if (header === '') return undefined;
  if (!header.includes('=')) return header;
  const fields = header.split(';').map((field) => field.split('='));
  return fields.findLast(([name]) => name === 'Root')?.[1] || undefined;
}
