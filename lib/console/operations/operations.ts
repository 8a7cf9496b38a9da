import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Choice, Operation, RefusedEntry } from '../api.ts';
import type { Desk } from '../desk.ts';
import { refusal } from '../security.ts';
import type { Outcome, Plan } from './plan.ts';

/** What was chosen, what runs, and what became of it: for all tabs, and after they are closed. */
export interface Operations {
  /** Keeps a choice for 15 minutes. */
  readonly choose: (plan: Plan) => Choice;
  /** @throws Refusal: the choice is too old, what must be typed was not, another one runs */
  readonly start: (id: string, typed: string | undefined) => Operation;
  /** It ends after the calls that are under way. */
  readonly stop: (id: string) => Operation;
  /** The newest first. */
  readonly all: () => readonly Operation[];
  readonly refused: (id: string) => readonly RefusedEntry[];
  /** Stops all of them. @returns for each that did not end by itself: the command that continues it */
  readonly end: () => Promise<readonly string[]>;
}

const CHOICE_MS = 15 * 60_000;
/** A choice may hold 100,000 names: so many are kept at a time, and so many operations. */
const MAX_CHOICES = 20;
const MAX_OPERATIONS = 200;
const MAX_REFUSED = 1_000;
/** A switch of an event source cannot be stopped: it goes on without this process. */
const LONGEST_END_MS = 15_000;

interface Running {
  readonly plan: Plan;
  readonly controller: AbortController;
  readonly refused: RefusedEntry[];
  view: Operation;
  ended: Promise<void>;
}

export function makeOperations(desk: Desk): Operations {
  const choices = makeChoices(desk.now);
  const operations = new Map<string, Running>();
  const found = (id: string): Running => {
    const one = operations.get(id);
    if (one === undefined) throw refusal(404, 'there is no such operation: the console was started again since');
    return one;
  };
  return {
    choose: choices.add,
    start: (id, typed) => {
      const plan = choices.confirmed(id, typed);
      refuseSecond(plan, operations.values());
      choices.remove(id);
      const running = run(desk, plan);
      operations.set(running.view.id, running);
      keepNewest(operations, MAX_OPERATIONS, ({ view }) => !isRunning(view));
      return running.view;
    },
    stop: (id) => {
      const one = found(id);
      if (one.view.state === 'running') {
        one.view = { ...one.view, state: 'stopping' };
        one.controller.abort();
      }
      return one.view;
    },
    all: () => [...operations.values()].map(({ view }) => view).toReversed(),
    refused: (id) => found(id).refused,
    end: () => endAll([...operations.values()].filter(({ view }) => isRunning(view))),
  };
}

async function endAll(running: readonly Running[]): Promise<string[]> {
  for (const { controller } of running) controller.abort();
  const patience = new AbortController();
  const waited = setTimeout(LONGEST_END_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([Promise.all(running.map(({ ended }) => ended)), waited]);
  patience.abort();
  return running.filter(({ view }) => view.state !== 'done').map(({ view }) => view.cliLine);
}

/** What was chosen and not started yet. */
function makeChoices(now: () => number) {
  const choices = new Map<string, { readonly plan: Plan; readonly untilMs: number }>();
  return {
    add: (plan: Plan): Choice => {
      const id = randomUUID();
      choices.set(id, { plan, untilMs: now() + CHOICE_MS });
      keepNewest(choices, MAX_CHOICES);
      return choiceOf(id, plan);
    },
    confirmed: (id: string, typed: string | undefined): Plan => {
      const { plan, untilMs = 0 } = choices.get(id) ?? {};
      if (plan === undefined || now() >= untilMs) {
        const todo = 'choose again: it may be another set by now';
        throw refusal(404, 'this choice was used, or is older than 15 minutes', todo);
      }
      if (plan.typeToConfirm !== undefined && typed?.trim() !== plan.typeToConfirm) {
        throw refusal(400, `nothing was changed: type ${plan.typeToConfirm} to confirm`);
      }
      return plan;
    },
    remove: (id: string) => choices.delete(id),
  };
}

const isRunning = ({ state }: Operation): boolean => state === 'running' || state === 'stopping';

function keepNewest<T>(all: Map<string, T>, most: number, mayGo: (one: T) => boolean = () => true): void {
  for (const [id, one] of all) {
    if (all.size <= most) return;
    if (mayGo(one)) all.delete(id);
  }
}

const choiceOf = (id: string, { run: _, deadLettersOf: __, cliLine: ___, typeToConfirm, ...plan }: Plan): Choice => ({
  ...{ id, ...plan },
  ...(typeToConfirm !== undefined && { typeToConfirm }),
});

/** Two that work through one dead-letter queue hide messages from each other. */
function refuseSecond({ deadLettersOf }: Plan, operations: Iterable<Running>): void {
  for (const { plan, view } of operations) {
    const both = plan.deadLettersOf.find((type) => deadLettersOf.includes(type));
    if (!isRunning(view) || both === undefined) continue;
    throw refusal(
      409,
      `another operation works through the dead letters of ${both}: ${view.kind} of ${view.asked}`,
      'wait until it has ended, or stop it',
    );
  }
}

function run(desk: Desk, plan: Plan): Running {
  const { kind, type, asked, count, ratePerSecond, cliLine } = plan;
  const running: Running = {
    ...{ plan, controller: new AbortController(), refused: [], ended: Promise.resolve() },
    view: {
      ...{ id: randomUUID(), kind, type, asked, chosen: count, done: 0, unchanged: 0, refused: 0, left: count },
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      ...{ startedAtMs: desk.now(), state: 'running', cliLine },
    },
  };
  const reporter = {
    signal: running.controller.signal,
    progress: (done: number) => {
      running.view = { ...running.view, done, left: Math.max(0, count - done - running.view.refused) };
    },
    refuse: (entry: RefusedEntry) => {
      if (running.refused.length < MAX_REFUSED) running.refused.push(entry);
    },
  };
  const end = (ended: Partial<Operation>) => {
    running.view = { ...running.view, ...ended, endedAtMs: desk.now() };
    desk.feeds.changed();
  };
  running.ended = plan.run(reporter).then(
    (outcome) => end(endOf(desk, outcome, running)),
    (error: unknown) => end({ state: 'failed', tone: 'bad', said: desk.troubleOf(error).message }),
  );
  return running;
}

function endOf(desk: Desk, outcome: Outcome, { plan: { count }, controller }: Running): Partial<Operation> {
  const { done, unchanged, refused, said, tone, file, failure } = outcome;
  const isPartial = outcome.isPartial === true || failure !== undefined;
  const left = isPartial ? Math.max(0, count - done - unchanged - refused) : 0;
  const ended = { done, unchanged, refused, left, ...(file !== undefined && { file }) };
  if (failure !== undefined) {
    const { message } = desk.troubleOf(failure);
    return { ...ended, state: 'failed', tone: 'bad', said: `${said}, ${left} left: ${message}` };
  }
  if (isPartial && controller.signal.aborted) {
    return { ...ended, state: 'stopped', tone: 'warning', said: `stopped: ${said}; ${left} left` };
  }
  const isShort = left > 0 && tone === 'good';
  return {
    ...ended,
    state: 'done',
    tone: isShort ? 'warning' : tone,
    said: left > 0 ? `${said}; ${left} not reached` : said,
  };
}
