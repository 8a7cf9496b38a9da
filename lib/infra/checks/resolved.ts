import type { TemplateResource, TemplateView } from './template-view.ts';

/** In place of what only a deploy knows: none is shorter there. */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::NotificationARNs': '',
  'AWS::NoValue': '',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  'AWS::StackId': `arn:aws:cloudformation:ap-southeast-1:123456789012:stack/${'x'.repeat(64)}`,
  'AWS::StackName': 'x'.repeat(64),
  'AWS::URLSuffix': 'amazonaws.com.cn',
};
const ARN_START = 'arn:aws:service:ap-southeast-1:123456789012:';
/** In place of another stack's value, such as a queue's name: at most 80 characters. */
const UNKNOWN = 'x'.repeat(80);
/** What CloudFormation adds to a name that it makes: a hyphen and 12 characters, and the stack's name before it. */
const MADE_NAME = 32;

/**
 * A value with text in place of its intrinsics, about as long as it will be when it is deployed: AWS counts the finished text. A
 * condition (`Fn::If`) counts with both its values.
 */
export function resolved(value: unknown, view: TemplateView): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, view));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value as Record<string, unknown>;
  if (Array.isArray(join)) {
    const [separator, parts] = join as [string, unknown[]];
    return parts.map((part) => textOf(resolved(part, view))).join(separator);
  }
  if (sub !== undefined) return asText(Array.isArray(sub) ? sub[0] : sub);
  if (typeof Ref === 'string') return PSEUDO[Ref] ?? nameOf(view.target(value), Ref);
  if (Array.isArray(attribute)) return `${ARN_START}${nameOf(view.target(value), String(attribute[0]))}`;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one, view)]));
}

/** What another stack has is a text, too: within a document of JSON, its intrinsic would be none. */
const textOf = (value: unknown): string => (typeof value === 'object' && value !== null ? UNKNOWN : asText(value));

/** As AWS counts a document: without the spaces between its parts. */
export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** A resource's fixed name, or one of the length that CloudFormation makes. */
function nameOf(resource: TemplateResource | undefined, id: string): string {
  const [, fixed] = Object.entries(resource?.properties ?? {}).find(([name]) => /^\w*Name$/.test(name)) ?? [];
  return typeof fixed === 'string' ? fixed : `${id}${'x'.repeat(MADE_NAME)}`;
}
