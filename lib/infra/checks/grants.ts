import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IResolvable, Stack } from 'aws-cdk-lib';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** A right that a `resources.ts` gave to a role. */
interface Grant {
  readonly statement: PolicyStatement;
  /** The line that gave it: `functions/hello/resources.ts:9`. */
  readonly place: string;
}

const GRANTS = new WeakMap<IConstruct, Grant[]>();

/** Keeps which line gives a role each right from now on. The CDK knows only where the role itself was made. */
export function watchGrants(role: Role): void {
  const grants: Grant[] = [];
  GRANTS.set(role, grants);
  const add = role.addToPrincipalPolicy.bind(role);
  role.addToPrincipalPolicy = (statement) => {
    const place = callersPlace();
    if (place !== undefined) grants.push({ statement, place });
    return add(statement);
  };
}

/** What a finding of cdk-nag's rule IAM5 is about: an action, or a resource as its id has it. */
export interface Wildcard {
  readonly kind: 'Action' | 'Resource';
  readonly what: string;
  /** A resource as an id has it. */
  readonly flattened: (resource: unknown) => string;
}

/** The first line that gave a role of the app this right; undefined if none of a `resources.ts` did. */
export function placeOfGrant(
  root: IConstruct,
  policyPath: string,
  { kind, what, flattened }: Wildcard,
): string | undefined {
  const rolePath = policyPath.replace(/\/DefaultPolicy(\/Resource)?$/, '');
  const role = root.node.findAll().find(({ node }) => node.path === rolePath);
  if (role === undefined) return undefined;
  const resolved = (value: string | IResolvable) => flattened(Stack.of(role).resolve(value));
  return GRANTS.get(role)?.find(({ statement: { actions, resources } }) =>
    kind === 'Action' ? actions.includes(what) : resources.some((resource) => resolved(resource) === what),
  )?.place;
}

const OWN = fileURLToPath(new URL('..', import.meta.url));
/** The CDK's own frames between a grant and the role. */
const DEEPEST = 60;

/** The nearest line on the stack that is neither ours nor a package's. */
function callersPlace(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEEPEST;
  const { stack = '' } = new Error('where');
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of stack.split('\n').slice(1)) {
    const [, file = '', line = ''] = /(?:file:\/\/|\(| at )((?:\/|[A-Za-z]:)[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (file === '' || file.includes('node_modules') || file.startsWith(OWN)) continue;
    return `${relative(process.cwd(), file)}:${line}`;
  }
  return undefined;
}
