import { statSync } from 'node:fs';
import type { Finding } from './queue-rules.ts';
import { ACCOUNT_QUOTAS, QUOTAS, type Quota, TEMPLATE_QUOTAS } from './quotas.ts';
import { asText, resolved } from './resolved.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** Finds what is longer, larger or more than AWS allows: CloudFormation would find it in the middle of a deploy. */
export const quotas = (view: TemplateView): Finding[] => [
  ...QUOTAS.flatMap((quota) => view.ofType(quota.type).flatMap((resource) => passed(quota, resource, view))),
  ...whole(view),
];

function passed(quota: Quota, resource: TemplateResource, view: TemplateView): Finding[] {
  const count = quota.count?.(resource, view) ?? sizeOf(quota, at(resource.properties, quota.what), view);
  if (count <= quota.most) return [];
  const isName = /^\w*Name$/.test(quota.what);
  const name = isName ? ` ${String(resource.properties[quota.what])}` : '';
  const amount = quota.unit === 'pieces' ? `${count}` : `${count} ${quota.unit}`;
  return [
    {
      ...({ rule: isName ? 'NameTooLong' : 'QuotaPassed', severity: 'error' } as const),
      resource,
      what: `${quota.what}${name} has ${amount}, AWS allows ${quota.most} (${quota.source})`,
      fix: isName ? 'shorten it' : 'make it smaller, or divide it among several resources',
    },
  ];
}

function sizeOf({ unit }: Quota, value: unknown, view: TemplateView): number {
  if (unit === 'pieces') return Array.isArray(value) ? value.length : 0;
  const text = asText(resolved(value, view));
  return unit === 'bytes' ? Buffer.byteLength(text) : text.length;
}

/** What stands at a path of properties: `Environment.Variables`. */
const at = (properties: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], properties);

function whole({ path, raw }: TemplateView): Finding[] {
  const sections = Object.entries(TEMPLATE_QUOTAS.sections).map(
    ([section, most]) => [section, Object.keys(raw[section] ?? {}).length, most] as const,
  );
  const counts = [
    ...sections,
    ['bytes of the template', statSync(path).size, TEMPLATE_QUOTAS.bytes] as const,
    ['bytes of Description', Buffer.byteLength(asText(raw.Description)), TEMPLATE_QUOTAS.descriptionBytes] as const,
  ];
  return counts
    .filter(([, count, most]) => count > most)
    .map(([what, count, most]) => ({
      ...({ rule: 'QuotaPassed', severity: 'error' } as const),
      what: `${what}: ${count}, CloudFormation allows ${most} (${TEMPLATE_QUOTAS.source})`,
      fix: 'move resources into a stack of their own',
    }));
}

/**
 * Finds what all templates of an app together have more of than an account has by default. It may have been raised: a warning.
 *
 * @param types  of all resources, each as often as there are such resources
 */
export const accountQuotas = (types: readonly string[]): Finding[] =>
  ACCOUNT_QUOTAS.map((quota) => ({ ...quota, count: types.filter((type) => type === quota.type).length }))
    .filter(({ count, most }) => count > most)
    .map(({ type, count, most, source }) => ({
      ...({ rule: 'QuotaPassed', severity: 'warning' } as const),
      what: `${type}: the stacks together have ${count}, an account has room for ${most} (${source})`,
      fix: 'have the quota raised, if it was not yet',
    }));
