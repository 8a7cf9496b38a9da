import { CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { JobDefinitionError } from '../../contract/errors.ts';

/** A part of an app that Sluice made: a stack of its own, or a construct in a stack of somebody else's. */
export interface OwnPart {
  readonly scope: IConstruct;
  /** The stage's full name. */
  readonly stage: string;
  readonly encrypted: boolean;
  /** Whether cdk-nag looks at it. */
  readonly securityChecks: boolean;
  /** Of a job type; undefined for what all types of the stage share. */
  readonly definition?: JobDefinition | undefined;
  /** Of a job type whose queue does not have the fixed name. */
  readonly elsewhere?: QueueElsewhere | undefined;
}

/** A queue that is not found by its type's name. */
export interface QueueElsewhere {
  readonly arn: string;
  /** Its name, or its URL where its name does not do. */
  readonly address: string;
  /** Of the customer-managed key of somebody else's queue. */
  readonly keyArn?: string | undefined;
}

const apps = new WeakMap<IConstruct, OwnPart[]>();

/** The parts of an app so far. The list grows as parts are made. */
export function partsIn(root: IConstruct): OwnPart[] {
  const known = apps.get(root) ?? [];
  apps.set(root, known);
  return known;
}

/**
 * Adds a part to its app.
 *
 * @throws RangeError for a second core of a stage in one account and region, JobDefinitionError for a second job type
 */
export function addPart(part: OwnPart): void {
  const parts = partsIn(part.scope.node.root);
  const type = part.definition?.type;
  const other = parts.find((one) => one.stage === part.stage && one.definition?.type === type && mayMeet(one, part));
  if (other !== undefined) throw twice(part, other);
  parts.push(part);
}

function twice({ scope, stage, definition }: OwnPart, other: OwnPart): Error {
  const where = `${other.scope.node.path} and ${scope.node.path}`;
  const differ = 'or give their stacks accounts or regions that differ';
  if (definition === undefined) {
    return new RangeError(
      `stage "${stage}" is made twice, by ${where}: its names are fixed, so make it once and hand it to all job types, ${differ}`,
    );
  }
  return new JobDefinitionError(
    `stage "${stage}" has the job type "${definition.type}" twice, by ${where}: its names are fixed, so give one another type, ${differ}`,
  );
}

/** The job types of a part's stage, where they may meet. */
export function typesBeside({ scope, stage }: OwnPart): ReadonlyMap<string, OwnPart> {
  const beside = partsIn(scope.node.root).filter(
    (one) => one.stage === stage && differing(one.scope, scope) === undefined,
  );
  return new Map(beside.flatMap((one) => (one.definition === undefined ? [] : [[one.definition.type, one] as const])));
}

/** Whether both may be deployed to one account and region. What is not known may be the same. */
function mayMeet(one: OwnPart, other: OwnPart): boolean {
  return differing(one.scope, other.scope) === undefined;
}

/** In what the places of two constructs are known to differ; undefined if they may be the same. */
export function differing(one: IConstruct, other: IConstruct): 'account' | 'region' | undefined {
  const [a, b] = [Stack.of(one), Stack.of(other)];
  return (['account', 'region'] as const).find(
    (what) => !Token.isUnresolved(a[what]) && !Token.isUnresolved(b[what]) && a[what] !== b[what],
  );
}

/** Whether a construct with this path is a part, or in one. */
export const isWithin = (path: string, { scope }: OwnPart): boolean =>
  path === scope.node.path || path.startsWith(`${scope.node.path}/`);

/** Logical ids of what parts have in one stack; `all` if the stack itself is one. */
export function logicalIds(parts: readonly OwnPart[]): 'all' | ReadonlySet<string> {
  if (parts.some(({ scope }) => Stack.isStack(scope))) return 'all';
  const elements = parts.flatMap(({ scope }) => scope.node.findAll()).filter((one) => CfnElement.isCfnElement(one));
  return new Set(elements.map((one) => String(Stack.of(one).resolve(one.logicalId))));
}
