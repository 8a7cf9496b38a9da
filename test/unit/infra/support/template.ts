/** A resource of a template. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
  readonly dependsOn: readonly string[];
}

interface RawResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

export function resourcesIn(template: Readonly<Record<string, unknown>>): Resource[] {
  const resources = (template.Resources ?? {}) as Readonly<Record<string, RawResource>>;
  return Object.entries(resources).map(([id, { Type, Properties = {}, DeletionPolicy, DependsOn = [] }]) => ({
    id,
    type: Type,
    properties: Properties,
    deletionPolicy: DeletionPolicy,
    dependsOn: [DependsOn].flat(),
  }));
}

export const ofType = (resources: readonly Resource[], type: string): Resource[] =>
  resources.filter((resource) => resource.type === type);

/** The only resource of a type, or the only one with these properties. */
export function one(resources: readonly Resource[], type: string, having: Record<string, unknown> = {}): Resource {
  const found = ofType(resources, type).filter(({ properties }) =>
    Object.entries(having).every(([name, value]) => properties[name] === value),
  );
  const [resource] = found;
  if (resource === undefined || found.length > 1) {
    throw new Error(`${found.length} resources ${type} ${JSON.stringify(having)}, not one`);
  }
  return resource;
}

export const arnOf = ({ id }: Resource) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/**
 * An ARN or name as text, its pseudo parameters as `${AWS::Region}` and the like, an attribute of a resource as
 * `${id.attribute}`.
 *
 * @throws Error on an intrinsic that it does not know
 */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(asText).join(String(join[0]));
  throw new Error(`unknown intrinsic ${JSON.stringify(value)}`);
}

/** An ARN in this account and region. */
export const arn = (service: string, resource: string): string =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;

/** A statement of a policy, its one-element lists written out. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principal: unknown;
  readonly condition: unknown;
}

export function statementsOf(policy: unknown): Statement[] {
  const { Statement } = policy as { Statement: readonly Record<string, unknown>[] };
  return Statement.map(({ Effect, Action, Resource, Principal, Condition }) => ({
    effect: String(Effect),
    actions: [Action].flat().map(String).sort(),
    resources: [Resource ?? []].flat().map(asText).sort(),
    principal: Principal,
    condition: Condition,
  }));
}

/** What a function's role may do: `action resource` each, sorted. */
export function rightsOf(resources: readonly Resource[], functionName: string): string[] {
  const { properties } = one(resources, 'AWS::Lambda::Function', { FunctionName: functionName });
  return rightsOfRole(resources, (properties.Role as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0]);
}

/** What a role may do: `action resource` each, sorted. */
export function rightsOfRole(resources: readonly Resource[], role: string): string[] {
  const policies = ofType(resources, 'AWS::IAM::Policy').filter(
    (policy) => JSON.stringify(policy.properties.Roles) === JSON.stringify([{ Ref: role }]),
  );
  return policies
    .flatMap((policy) => statementsOf(policy.properties.PolicyDocument))
    .flatMap(({ actions, resources: on }) => actions.flatMap((action) => on.map((target) => `${action} ${target}`)))
    .sort();
}
