import type { Finding } from './queue-rules.ts';
import { isStageKey, keysOf, type StageKeyNames } from './store-rules.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

const WRITE = ['kms:GenerateDataKey', 'kms:Decrypt'];
/**
 * Receiving decrypts, sending makes a data key and decrypts (Amazon SQS Developer Guide, "Key management"). So it is with S3,
 * whose multipart uploads decrypt (Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys").
 */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sqs:SendMessage': WRITE,
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': WRITE,
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
};
/** What is encrypted and whose roles need the key as well, by the service through which they use it. */
const SERVICES: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'sqs',
  'AWS::S3::Bucket': 's3',
  'AWS::SecretsManager::Secret': 'secretsmanager',
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
 * Finds roles and AWS's services that may use a store but not the key that encrypts it. AWS refuses all calls of such a role with
 * AccessDenied; what such a service sends to a queue vanishes, and nobody is told.
 *
 * @param stageKey of a stage that has a key
 */
export function keys(view: TemplateView, stageKey?: StageKeyNames): Finding[] {
  const stores = Object.keys(SERVICES).flatMap((type) => view.ofType(type));
  return stores.flatMap((store) => {
    const [key] = keysOf(store);
    if (key === undefined) return [];
    const policies = store.type === 'AWS::SQS::Queue' ? view.ofType('AWS::SQS::QueuePolicy') : [];
    const lost = policies.flatMap((policy) => lostSends(view, { store, key, policy, stageKey }));
    // Every role that may use a store may use AWS's own key for it. No service may (SQS Developer Guide, "Key management").
    if (/^alias\/aws\//.test(String(key))) return lost;
    return [
      ...lost,
      ...view.ofType('AWS::IAM::Policy').flatMap((policy) => missing(view, { store, key, policy, stageKey })),
    ];
  });
}

function lostSends(view: TemplateView, { store: queue, key, policy, stageKey }: Use): Finding[] {
  const { Statement = [] } = (policy.properties.PolicyDocument ?? {}) as { Statement?: Statement[] };
  const sending = Statement.filter(
    (one) => one.Effect === 'Allow' && names(one, 'sqs:SendMessage') && appliesTo(view, one.Resource, queue),
  );
  const letIn = letInBy(view, key, stageKey);
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

/** Whether it is named by an alias as a stage's key has it, this one's or another's. */
const hasStagesAlias = (key: unknown): boolean => /alias\/[a-z][a-z0-9]*-[a-z][a-z0-9]*"/.test(JSON.stringify(key));

/** The services that a key lets in: of a key in the template by its policy, of a stage's by what every stage's key allows. */
function letInBy(view: TemplateView, key: unknown, stageKey: StageKeyNames | undefined): readonly string[] {
  const own = view.ofType('AWS::KMS::Key').find(({ id }) => id === idOf(key));
  if (own === undefined) {
    const isOurs = stageKey !== undefined && isStageKey(view, key, stageKey);
    return isOurs || hasStagesAlias(key) ? LET_IN : [];
  }
  const { Statement = [] } = (own.properties.KeyPolicy ?? {}) as { Statement?: Statement[] };
  const needed = NEEDED['sqs:SendMessage'] ?? [];
  const allowing = Statement.filter(
    (one) => one.Effect === 'Allow' && needed.every((action) => names(one, action) || names(one, `${action}*`)),
  );
  return allowing.flatMap(servicesOf);
}

interface Use {
  /** What is encrypted: a queue, a bucket, a secret. */
  readonly store: TemplateResource;
  readonly key: unknown;
  readonly policy: TemplateResource;
  readonly stageKey: StageKeyNames | undefined;
}

function missing(view: TemplateView, { store, key, policy }: Use): Finding[] {
  const { Statement = [] } = (policy.properties.PolicyDocument ?? {}) as { Statement?: Statement[] };
  const allowed = Statement.filter(({ Effect }) => Effect === 'Allow');
  const onStore = allowed.filter(({ Resource }) => appliesTo(view, Resource, store));
  const service = SERVICES[store.type] ?? '';
  const used = Object.keys(NEEDED).filter(
    (action) => action.startsWith(`${service}:`) && onStore.some((statement) => names(statement, action)),
  );
  const needed = [...new Set(used.flatMap((action) => NEEDED[action] ?? []))];
  const lacking = needed.filter(
    (action) => !allowed.some((one) => names(one, action) && isThrough(one, service) && onKey(one, key)),
  );
  if (lacking.length === 0) return [];
  return [
    {
      ...({ rule: 'KeyGrantMissing', severity: 'error', resource: policy } as const),
      what: `it allows ${used.join(' and ')} on the encrypted ${wordFor(store)} ${String(store.properties.QueueName ?? store.id)} and not ${lacking.join(' and ')} on its key: AWS would refuse every call`,
      fix: `grant ${lacking.join(' and ')} on the key as well (of a stage's key: grantKey of #sluice/infra)`,
    },
  ];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const names = ({ Action }: Statement, action: string) =>
  list(Action).some((one) => one === action || one === '*' || one === `${action.split(':')[0]}:*`);

/** `queue`, `bucket` or `secret`. */
const wordFor = ({ type }: TemplateResource): string => type.replace(/^.*::/, '').toLowerCase();

/** Whether a statement's resource is the store, by reference, as what lies in it, or by a queue's name at the end of an ARN. */
function appliesTo(view: TemplateView, resource: unknown, store: TemplateResource): boolean {
  return list(resource).some((one) => {
    if (one === '*' || view.target(one)?.id === store.id) return true;
    const parts = (one as { 'Fn::Join'?: [string, unknown[]] } | null)?.['Fn::Join']?.[1] ?? [one];
    if (parts.some((part) => view.target(part)?.id === store.id)) return true;
    const end = String(parts.at(-1)).split(':').at(-1);
    return end !== undefined && end === store.properties.QueueName;
  });
}

/** Whether a statement lets the key be used through a service: it names that one, or none. */
function isThrough({ Condition }: Statement, service: string): boolean {
  const via = Condition?.StringEquals?.['kms:ViaService'];
  return via === undefined || list(via).some((one) => JSON.stringify(one).includes(`"${service}.`));
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
