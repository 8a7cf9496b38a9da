import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { shown as quoted } from '../../contract/definition/option.ts';
import { didYouMean } from '../../contract/definition/suggest.ts';
import type { PayloadInput } from '../../contract/payload.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { TestJobError } from './error.ts';
import { type CrashPoint, isHandlers, type JobFault } from './faults.ts';
import { checkFlowOptions, type TestFlow, type TestPrevious } from './flow.ts';

/** What `testJob` runs a handler with. */
export interface TestJobOptions<D extends JobDefinition = JobDefinition> {
  /** The job's input, as a producer sends it. */
  readonly payload: PayloadInput<D>;
  /** What goes wrong: `throws`, `hangs`, `crashes`, `isCancelled`, `isShutDown`, `dynamoDbThrottles`, `dynamoDbLosesReply`. @default nothing */
  readonly faults?: readonly JobFault[];
  /** The job's id. @default 'job-1' */
  readonly id?: string;
  /** Its idempotency key. @default the id */
  readonly key?: string;
  /** @default the definition's */
  readonly maxAttempts?: number;
  /**
   * Key attributes of the tables that the handler writes to by `commit` and `checkpoint`, e.g. `{ images: ['id'] }`.
   *
   * @default none
   */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** What these tables hold at first, in plain values. @default nothing */
  readonly items?: Readonly<Record<string, readonly object[]>>;
  /** For the jitter, from 0 (inclusive) to 1 (exclusive). @default 0: delays as planned, without jitter */
  readonly random?: () => number;
  /**
   * The job's time. It passes between attempts by itself; while a handler works it stands still, unless the test moves
   * it: `await clock.advance(10_000)` in a stand-in is an answer that takes ten seconds.
   *
   * @default one of its own, from 2026-01-01T00:00:00Z
   */
  readonly clock?: VirtualClock;
  /** Real time that a handler may take without an end or a call of its context, ms. @default 10,000 */
  readonly patienceMs?: number;
  /**
   * `context.flow`, for the callback of a batch: what became of each child. @default none
   *
   * @example { children: [{ result: { rows: 12 } }, { status: 'dead' }] }
   */
  readonly flow?: TestFlow;
  /** `context.previous`: the job that this one came after. @default none */
  readonly previous?: TestPrevious;
}

const OPTIONS = [
  ...['payload', 'faults', 'id', 'key', 'maxAttempts', 'tables', 'items', 'random', 'clock', 'patienceMs'],
  ...['flow', 'previous'],
] as const satisfies readonly (keyof TestJobOptions)[];

/** @throws TestJobError that says which argument is wrong, and what it must be */
export function checkArguments(definition: unknown, handler: unknown, options: unknown): void {
  const { type, payload, retry } = (definition ?? {}) as Partial<JobDefinition>;
  if (typeof type !== 'string' || payload === undefined || retry === undefined) {
    throw new TestJobError(
      `the first argument must be a job definition, as defineJob makes it, got ${shown(definition)}`,
    );
  }
  if (typeof handler !== 'function') {
    throw new TestJobError(
      `${type}: the second argument must be the handler, a function of payload and context, got ${shown(handler)}`,
    );
  }
  if (typeof options !== 'object' || options === null || !Object.hasOwn(options, 'payload')) {
    throw new TestJobError(`${type}: the third argument must be { payload, … }, got ${shown(options)}`);
  }
  for (const name of Object.keys(options)) checkKnown(name, type);
  checkFaults((options as { faults?: unknown }).faults ?? [], type);
  const { tables = {}, items = {} } = options as Pick<TestJobOptions, 'tables' | 'items'>;
  checkTables(tables, type);
  checkItems(items, tables, type);
  checkFlowOptions(options, definition as JobDefinition);
}

function checkKnown(name: string, type: string): void {
  if ((OPTIONS as readonly string[]).includes(name)) return;
  const hint = didYouMean(name, OPTIONS) || `; known: ${OPTIONS.join(', ')}`;
  throw new TestJobError(`${type}: unknown option "${name}"${hint}`);
}

const KINDS = ['throws', 'hangs', 'cancelled', 'shutDown', 'crashes', 'throttles', 'losesReply'];

function checkFaults(faults: unknown, type: string): void {
  if (!Array.isArray(faults)) throw new TestJobError(`${type}: faults must be a list, got ${shown(faults)}`);
  for (const [i, fault] of faults.entries()) {
    if (!KINDS.includes((fault as JobFault | undefined)?.kind ?? '')) {
      throw new TestJobError(`${type}: faults[${i}] must be made by throws, hangs, crashes, …, got ${shown(fault)}`);
    }
    checkFault(fault, `${type}: faults[${i}]`);
  }
}

function checkFault(fault: JobFault, where: string): void {
  const { times } = fault;
  if (!(times >= 1 && (Number.isInteger(times) || times === Number.POSITIVE_INFINITY))) {
    throw new TestJobError(`${where}: times must be a whole number from 1, or Infinity, got ${shown(times)}`);
  }
  if (!isHandlers(fault) && !['begin', 'handler', 'end'].includes(fault.during)) {
    throw new TestJobError(`${where}: during must be "begin", "handler" or "end", got ${shown(fault.during)}`);
  }
  if (fault.kind === 'crashes' && !isCrashPoint(fault.at)) {
    throw new TestJobError(`${where}: at must be "start", "end" or { checkpoint, moment }, got ${shown(fault.at)}`);
  }
}

function isCrashPoint(at: unknown): at is CrashPoint {
  if (at === 'start' || at === 'end') return true;
  const { checkpoint, moment } = (at ?? {}) as { checkpoint?: unknown; moment?: unknown };
  return Number.isInteger(checkpoint) && Number(checkpoint) >= 1 && (moment === 'before' || moment === 'after');
}

function checkTables(tables: object, type: string): void {
  for (const [name, key] of Object.entries(tables)) {
    const isKey = Array.isArray(key) && key.every((one) => typeof one === 'string');
    if (isKey && (key.length === 1 || key.length === 2)) continue;
    throw new TestJobError(
      `${type}: tables.${name} must be its key attributes, ['<partition key>'] or ['<partition key>', '<sort key>'], got ${shown(key)}`,
    );
  }
}

function checkItems(items: object, tables: object, type: string): void {
  for (const [name, list] of Object.entries(items)) {
    if (!Object.hasOwn(tables, name)) {
      throw new TestJobError(`${type}: items.${name} are those of a table that tables does not name`);
    }
    if (!Array.isArray(list)) throw new TestJobError(`${type}: items.${name} must be a list, got ${shown(list)}`);
  }
}

/** A value as a message quotes it. */
const shown = (value: unknown): string => (typeof value === 'function' ? 'a function' : quoted(value));
