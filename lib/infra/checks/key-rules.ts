import type { Finding } from './queue-rules.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** Receiving decrypts, sending makes a data key and decrypts (Amazon SQS Developer Guide, "Key management"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

/**
 * AWS's services that write into a stage's queues and topic for somebody: its key lets them, for what is in this account. Of these,
 * SNS and S3 are not known to name the account in each request, so for them the condition holds where they do.
 */
export const KEY_SERVICES = { naming: ['cloudwatch', 'events'], others: ['sns', 's3'] } as const;
const LET_IN: readonly string[] = [...KEY_SERVICES.naming, ...KEY_SERVICES.others];

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Finds roles and AWS's services that may use a queue but not the key that encrypts it. SQS refuses all calls of such a role with
 * AccessDenied; what such a service sends vanishes, and nobody is told.
 */
export function keys(view: TemplateView): Finding[] {
  return view.ofType('AWS::SQS::Queue').flatMap((queue) => {
    const key = queue.properties.KmsMasterKeyId;
    if (key === undefined) return [];
    const services = view.ofType('AWS::SQS::QueuePolicy').flatMap((policy) => lostSends(view, { queue, key, policy }));
    // Every role that may use the queue may use AWS's own key for SQS. No service may (SQS Developer Guide, "Key management").
    if (key === AWS_KEY) return services;
    return [...services, ...view.ofType('AWS::IAM::Policy').flatMap((policy) => missing(view, { queue, key, policy }))];
  });
}

const AWS_KEY = 'alias/aws/sqs';

function lostSends(view: TemplateView, { queue, key, policy }: Use): Finding[] {
  const { Statement = [] } = (policy.properties.PolicyDocument ?? {}) as { Statement?: Statement[] };
  const sending = Statement.filter(
    (one) => one.Effect === 'Allow' && names(one, 'sqs:SendMessage') && appliesTo(view, one.Resource, queue),
  );
  const letIn = letInBy(view, key);
  const lost = [...new Set(sending.flatMap(servicesOf))].filter((service) => !letIn.includes(service));
  if (lost.length === 0) return [];
  return [
    {
      ...({ rule: 'KeyGrantMissing', severity: 'error', resource: policy } as const),
      what: `it lets ${lost.join(' and ')} send to the encrypted queue ${String(queue.properties.QueueName ?? queue.id)}, whose key does not: what is sent would vanish without an error`,
      fix: `give ${lost.join(' and ')} kms:GenerateDataKey and kms:Decrypt in the policy of that key; a stage's key has them for ${LET_IN.join(', ')}`,
    },
  ];
}

const servicesOf = ({ Principal }: Statement): string[] =>
  list((Principal as { Service?: unknown } | null | undefined)?.Service ?? []).map((one) =>
    String(one).replace(/\.amazonaws\.com$/, ''),
  );

/** Whether it is named by an alias as a stage's key has it. */
const isStageKey = (key: unknown): boolean => /alias\/[a-z][a-z0-9]*-[a-z][a-z0-9]*"/.test(JSON.stringify(key));

/** The services that a key lets in: of a key in the template by its policy, of a stage's by what every stage's key allows. */
function letInBy(view: TemplateView, key: unknown): readonly string[] {
  const own = view.ofType('AWS::KMS::Key').find(({ id }) => id === idOf(key));
  if (own === undefined) return isStageKey(key) ? LET_IN : [];
  const { Statement = [] } = (own.properties.KeyPolicy ?? {}) as { Statement?: Statement[] };
  const needed = NEEDED['sqs:SendMessage'] ?? [];
  const allowing = Statement.filter(
    (one) => one.Effect === 'Allow' && needed.every((action) => names(one, action) || names(one, `${action}*`)),
  );
  return allowing.flatMap(servicesOf);
}

interface Use {
  readonly queue: TemplateResource;
  readonly key: unknown;
  readonly policy: TemplateResource;
}

function missing(view: TemplateView, { queue, key, policy }: Use): Finding[] {
  const { Statement = [] } = (policy.properties.PolicyDocument ?? {}) as { Statement?: Statement[] };
  const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
  const onQueue = allowed.filter(({ Resource }) => appliesTo(view, Resource, queue));
  const used = Object.keys(NEEDED).filter((action) => onQueue.some((statement) => names(statement, action)));
  const needed = [...new Set(used.flatMap((action) => NEEDED[action] ?? []))];
  const lacking = needed.filter(
    (action) => !allowed.some((statement) => names(statement, action) && onKey(statement, key)),
  );
  if (lacking.length === 0) return [];
  return [
    {
      ...({ rule: 'KeyGrantMissing', severity: 'error', resource: policy } as const),
      what: `it allows ${used.join(' and ')} on the encrypted queue ${String(queue.properties.QueueName ?? queue.id)} and not ${lacking.join(' and ')} on its key: SQS would refuse every call`,
      fix: `grant ${lacking.join(' and ')} on the key as well (key.grantEncryptDecrypt)`,
    },
  ];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const names = ({ Action }: Statement, action: string) =>
  list(Action).some((one) => one === action || one === '*' || one === `${action.split(':')[0]}:*`);

/** Whether a statement's resource is the queue, by reference or by the queue's fixed name at the end of an ARN. */
function appliesTo(view: TemplateView, resource: unknown, queue: TemplateResource): boolean {
  return list(resource).some((one) => {
    if (one === '*' || view.target(one)?.id === queue.id) return true;
    const parts = (one as { 'Fn::Join'?: [string, unknown[]] } | null)?.['Fn::Join']?.[1] ?? [one];
    const end = String(parts.at(-1)).split(':').at(-1);
    return end !== undefined && end === queue.properties.QueueName;
  });
}

function onKey({ Resource, Condition }: Statement, key: unknown): boolean {
  const alias = Condition?.['ForAnyValue:StringEquals']?.['kms:ResourceAliases'];
  // A statement with an alias applies to that key alone. The queue may name its key by the alias as well.
  if (alias !== undefined) return list(alias).some((one) => JSON.stringify(key).includes(`${String(one)}"`));
  return list(Resource).some(
    (one) => one === '*' || JSON.stringify(one) === JSON.stringify(key) || sameTarget(one, key),
  );
}

/** Whether both references name one resource: a queue names its key by ARN or id, a policy by ARN. */
const sameTarget = (one: unknown, other: unknown) => {
  const [a, b] = [idOf(one), idOf(other)];
  return a !== undefined && a === b;
};

function idOf(reference: unknown): unknown {
  const { Ref, 'Fn::GetAtt': attribute } = (reference ?? {}) as { Ref?: unknown; 'Fn::GetAtt'?: unknown[] };
  return Ref ?? attribute?.[0];
}
