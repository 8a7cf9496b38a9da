import { asText, resolved } from './resolved.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** Characters of the policies that stand in a role: IAM counts them together. */
export function inlineOf(role: TemplateResource, view: TemplateView): number {
  const own = (role.properties.Policies ?? []) as { PolicyDocument?: unknown }[];
  const attached = view
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) => list(properties.Roles).some((one) => view.target(one)?.id === role.id));
  const documents = [...own, ...attached.map(({ properties }) => properties)].map(
    ({ PolicyDocument }) => PolicyDocument,
  );
  return documents.reduce<number>((total, document) => total + asText(resolved(document, view)).length, 0);
}

interface Statement {
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, object>>;
  readonly Action?: unknown;
}

const statementsOf = ({ properties }: TemplateResource): readonly Statement[] =>
  ((properties.PolicyDocument ?? {}) as { Statement?: Statement[] }).Statement ?? [];

/** Principals of all statements of a queue's policy. */
export const principals = (policy: TemplateResource): number =>
  statementsOf(policy).flatMap(({ Principal = [] }) =>
    typeof Principal === 'object' && Principal !== null ? Object.values(Principal).flat() : [Principal],
  ).length;

/** Conditions of all statements of a queue's policy. */
export const conditions = (policy: TemplateResource): number =>
  statementsOf(policy).flatMap(({ Condition = {} }) => Object.values(Condition).flatMap((keys) => Object.keys(keys)))
    .length;

/** Actions of the statement that has most. */
export const actionsOfOne = (policy: TemplateResource): number =>
  Math.max(0, ...statementsOf(policy).map(({ Action }) => list(Action).length));

/** Alarms that the rule of a composite alarm asks for. */
export const children = ({ properties }: TemplateResource, view: TemplateView): number =>
  asText(resolved(properties.AlarmRule, view)).match(/\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(/g)?.length ?? 0;

/** Prefixes in the `SOURCE` of a query. */
export function prefixes({ properties }: TemplateResource, view: TemplateView): number {
  const [, named = ''] =
    /^\s*SOURCE\s+logGroups\(namePrefix:\s*\[([^\]]*)\]/.exec(text(properties.QueryString, view)) ?? [];
  return named.split(',').filter((one) => one.trim() !== '').length;
}

/** The longest input that a rule writes. */
export function joinedSources({ properties }: TemplateResource, view: TemplateView): number {
  const targets = (properties.Targets ?? []) as { Input?: unknown; InputTransformer?: { InputTemplate?: unknown } }[];
  const inputs = targets.flatMap(({ Input, InputTransformer }) => [Input, InputTransformer?.InputTemplate]);
  return Math.max(0, ...inputs.map((input) => text(input, view).length));
}

interface Widget {
  readonly metrics: number;
  readonly alarms: number;
  readonly expressions: readonly string[];
}

/** What the widgets of a dashboard hold. */
export function dashboardOf({ properties }: TemplateResource, view: TemplateView): Widget[] {
  const body = JSON.parse(text(properties.DashboardBody, view) || '{}') as {
    widgets?: { properties?: { metrics?: unknown[][]; alarms?: unknown[] } }[];
  };
  return (body.widgets ?? []).map(({ properties: { metrics = [], alarms = [] } = {} }) => ({
    metrics: metrics.length,
    alarms: alarms.length,
    expressions: metrics.flat().flatMap((part) => (part as { expression?: string } | null)?.expression ?? []),
  }));
}

/** The searches of a dashboard, each as long as its query. */
export const searches = (dashboard: TemplateResource, view: TemplateView): string[] =>
  dashboardOf(dashboard, view)
    .flatMap(({ expressions }) => expressions)
    .flatMap((expression) => [...expression.matchAll(/SEARCH\('([^']*)'/g)].map(([, query = '']) => query));

const text = (value: unknown, view: TemplateView): string => asText(resolved(value, view));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
