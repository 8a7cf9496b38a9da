import { readFileSync } from 'node:fs';

/** A resource of a synthesised template, after every override. */
export interface TemplateResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A template, as the rules read it. */
export interface TemplateView {
  readonly path: string;
  /** The template itself, by its sections. */
  readonly raw: Readonly<Record<string, object | undefined>>;
  readonly resources: readonly TemplateResource[];
  ofType(type: string): readonly TemplateResource[];
  /** The resource that a `Ref` or an `Fn::GetAtt` names; undefined if it is not in this template. */
  target(reference: unknown): TemplateResource | undefined;
}

interface RawTemplate {
  readonly Resources?: Readonly<Record<string, { Type: string; Properties?: Record<string, unknown> }>>;
}

export function viewTemplate(path: string): TemplateView {
  const raw = JSON.parse(readFileSync(path, 'utf8')) as RawTemplate & TemplateView['raw'];
  const { Resources = {} } = raw;
  const resources = Object.entries(Resources).map(([id, { Type, Properties = {} }]) => ({
    id,
    type: Type,
    properties: Properties,
  }));
  return {
    path,
    raw,
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    target: (reference) => resources.find(({ id }) => id === logicalId(reference)),
  };
}

function logicalId(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = reference as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
  if (typeof Ref === 'string') return Ref;
  return Array.isArray(attribute) ? String(attribute[0]) : undefined;
}

/** A number of a template, or AWS's default. A parameter or condition gives NaN. */
export function numberOf(value: unknown, byDefault: number): number {
  return value === undefined ? byDefault : Number(value);
}
