import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { shown } from '../../contract/definition/option.ts';
import { childKey } from '../../contract/flow.ts';
import type { ChildPlace, ChildResult, Flow, PreviousJob } from '../../engine/flow-types.ts';
import type { JobContext } from '../../engine/job-context.ts';
import { TestJobError } from './error.ts';

/** What a callback's batch became. */
export interface TestFlow {
  /** A line for each child, in their order. */
  readonly children: readonly {
    /** @default 'completed' */
    readonly status?: ChildResult['status'];
    /** What its handler returned. @default nothing */
    readonly result?: unknown;
    /** @default 'child' */
    readonly type?: string;
  }[];
  /** @default 'deadline' if a child is open, else 'all' */
  readonly firedBy?: Flow['firedBy'];
  /** @default 'flow-1' */
  readonly id?: string;
}

/** The job that the one under test came after. */
export interface TestPrevious {
  /** What its handler returned. @default nothing */
  readonly result?: unknown;
  /** @default 'previous' */
  readonly type?: string;
  /** @default 'previous-1' */
  readonly key?: string;
}

const STATUSES = ['completed', 'dead', 'open'];

/** @throws TestJobError if the options say of a flow what cannot be */
export function checkFlowOptions(options: object, { type, handsOn }: JobDefinition): void {
  const { flow, previous } = options as { readonly flow?: Partial<TestFlow> | null; readonly previous?: unknown };
  if (flow === undefined && previous === undefined) return;
  if (handsOn === undefined) {
    const given = flow === undefined ? 'previous' : 'flow';
    throw new TestJobError(`${type} is in no flow: write handsOn in its definition, or leave out ${given}`);
  }
  const isList = flow === undefined || Array.isArray(flow?.children);
  if (!isList)
    throw new TestJobError(`${type}: flow must be { children: [{ status, result }, …] }, got ${shown(flow)}`);
  for (const [i, child] of (flow?.children ?? []).entries()) {
    if (STATUSES.includes(child?.status ?? 'completed')) continue;
    throw new TestJobError(
      `${type}: flow.children[${i}].status must be ${STATUSES.map((one) => `"${one}"`).join(' or ')}, got ${shown(child.status)}`,
    );
  }
}

/** What the context has of a flow, as the test's options say. */
export function flowContext({
  flow,
  previous,
}: {
  readonly flow?: TestFlow | undefined;
  readonly previous?: TestPrevious | undefined;
}): Pick<JobContext, 'flow' | 'previous'> {
  return {
    ...(flow !== undefined && { flow: toFlow(flow) }),
    ...(previous !== undefined && { previous: toPrevious(previous) }),
  };
}

function toFlow({ children, id = 'flow-1', firedBy }: TestFlow): Flow {
  const results = children.map(({ status = 'completed', type = 'child', ...rest }, place): ChildResult => {
    const { result } = rest;
    return { place, type, key: childKey(id, place), status, ...(result !== undefined && { result }) };
  });
  const having = (status: ChildResult['status']): ChildPlace[] =>
    results.filter((one) => one.status === status).map(({ place, type, key }) => ({ place, type, key }));
  const [dead, open] = [having('dead'), having('open')];
  return {
    ...{ id, total: results.length, completed: results.length - dead.length - open.length, dead, open },
    firedBy: firedBy ?? (open.length > 0 ? 'deadline' : 'all'),
    async *results() {
      yield* results;
    },
  };
}

const toPrevious = ({ type = 'previous', key = 'previous-1', result }: TestPrevious): PreviousJob => ({
  type,
  key,
  result: async () => result,
});
