import type { Environment } from '../templates/intrinsics.ts';
import { statementsOfFunction } from '../templates/roles.ts';
import type { Templates } from '../templates/synth.ts';
import { type Right, rightsOf } from './actions.ts';
import { allows, like, type Statement } from './evaluate.ts';
import type { RecordedCall } from './recorder.ts';

/** A right that is granted although no run uses it, and why. */
export interface Exception {
  readonly action: string;
  readonly why: string;
}

export interface Replay {
  readonly templates: Templates;
  readonly environment: Environment;
  readonly calls: readonly RecordedCall[];
  /** Functions by the application id in their user agents. */
  readonly functions: ReadonlyMap<string, string>;
  readonly exceptions: readonly Exception[];
}

/** What each function did and may not, and what it may and no function of its kind ever did. */
export function replay({ templates, environment, calls, functions, exceptions }: Replay): string[] {
  const seen = [...functions].map(([appId, name]) => ({
    name,
    statements: statementsOfFunction(templates, name),
    rights: unique(calls.filter((call) => call.appId === appId).flatMap((call) => rightsOf(call, environment))),
  }));
  const silent = seen.filter(({ rights }) => rights.length === 0).map(({ name }) => `${name}: it made no call`);
  return [...silent, ...seen.flatMap(missing), ...seen.flatMap((one) => unused(one, seen, exceptions))];
}

interface Seen {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly rights: readonly Right[];
}

function missing({ name, statements, rights }: Seen): string[] {
  return rights
    .filter((right) => !allows(statements, right))
    .map(({ action, resource }) => `${name}: it did ${action} on ${resource}, and may not`);
}

/** All consumers get the same rights, each on what is its own: what one of them used, none has in vain. */
function unused({ name, statements }: Seen, all: readonly Seen[], exceptions: readonly Exception[]): string[] {
  const used = all.flatMap((one) =>
    one.rights.map(({ action, resource }) => ({ action, resource: own(resource, one.name) })),
  );
  return statements.flatMap(({ Action, Resource = '*' }) =>
    [Action]
      .flat()
      .filter((action) => !exceptions.some((exception) => exception.action === action))
      .filter((action) => {
        const patterns = [Resource].flat().map((pattern) => own(pattern, name));
        return !used.some(
          (right) => right.action === action && patterns.some((pattern) => like(pattern, right.resource)),
        );
      })
      .map((action) => `${name}: it may ${action} on ${String(Resource)}, and never did`),
  );
}

/** A function's name is also its queue's: what belongs to it by name is "its own", whoever it is. */
const own = (text: string, functionName: string): string => text.replaceAll(functionName, '<own>');

const unique = (rights: readonly Right[]): Right[] => [
  ...new Map(rights.map((right) => [JSON.stringify(right), right])).values(),
];
