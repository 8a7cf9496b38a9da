/** A statement of a policy, resolved. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** A request as IAM sees it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** `cloudwatch.amazonaws.com` and the like; undefined for the role whose policy is asked. */
  readonly service?: string;
  /** ARN of a user or role of another account; undefined for the role whose policy is asked. */
  readonly principal?: string;
  readonly context?: Context;
}

/** Condition keys and their values; some keys have many. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** A policy that holds something this evaluator does not understand: it refuses rather than guesses. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * Whether a policy allows a request, as IAM decides: an explicit deny wins, and nothing is allowed that no statement
 * allows (IAM User Guide, "Policy evaluation logic").
 *
 * @throws PolicyError for an element or a condition that it does not know
 */
export function allows(statements: readonly Statement[], request: Request): boolean {
  const matching = statements.filter((statement) => matches(statement, request));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

/** Whether a statement speaks of a request, whatever its effect. */
export function matches(statement: Statement, request: Request): boolean {
  const known = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];
  const unknown = Object.keys(statement).find((element) => !known.includes(element));
  if (unknown !== undefined) throw new PolicyError(`element ${unknown} is not understood`);
  return (
    list(statement.Action).some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    list(statement.Resource ?? '*').some((pattern) => like(pattern, request.resource)) &&
    principalMatches(statement.Principal, request) &&
    conditionHolds(statement.Condition, request.context ?? {})
  );
}

const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

/** IAM's wildcards: `*` for any text, `?` for one character. */
export function like(pattern: string, text: string): boolean {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function principalMatches(principal: unknown, { service, principal: who }: Request): boolean {
  if (principal === undefined) return service === undefined && who === undefined;
  if (principal === '*') return true;
  const { AWS, Service, ...others } = principal as { AWS?: string | string[]; Service?: string | string[] };
  if (Object.keys(others).length > 0) throw new PolicyError(`principal ${JSON.stringify(principal)} is not understood`);
  if (AWS !== undefined && list(AWS).includes('*')) return true;
  const account = who?.split(':')[4];
  if (
    AWS !== undefined &&
    who !== undefined &&
    list(AWS).some((one) => [who, account, `arn:aws:iam::${account}:root`].includes(one))
  )
    return true;
  return Service !== undefined && service !== undefined && list(Service).includes(service);
}

function conditionHolds(condition: unknown, context: Context): boolean {
  return Object.entries((condition ?? {}) as Record<string, Record<string, string | string[]>>).every(
    ([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => {
        const given = context[key];
        const values = given === undefined ? [] : list(given);
        // An operator without a set's prefix is for keys with one value.
        const [value] = values;
        switch (operator) {
          // True as well for a request that does not have the key (IAM User Guide, "Set operators for multivalued context keys").
          case 'ForAllValues:StringLike':
            return values.every((one) => list(wanted).some((pattern) => like(pattern, one)));
          case 'ForAllValues:StringEquals':
            return values.every((one) => list(wanted).includes(one));
          // Whether the request lacks the key, or has no value of it (IAM User Guide, "Condition operator to check existence of
          // condition keys").
          case 'Null':
            return list(wanted).includes(String(values.length === 0));
          case 'StringEqualsIgnoreCase':
            return value !== undefined && list(wanted).some((one) => one.toLowerCase() === value.toLowerCase());
          case 'Bool':
          case 'ForAnyValue:StringEquals':
          case 'StringEquals':
            return value !== undefined && list(wanted).includes(value);
          case 'StringEqualsIfExists':
            return value === undefined || list(wanted).includes(value);
          case 'ArnEquals':
          case 'ArnLike':
          case 'StringLike':
            return value !== undefined && list(wanted).some((pattern) => like(pattern, value));
          default:
            throw new PolicyError(`condition ${operator} is not understood`);
        }
      }),
  );
}
