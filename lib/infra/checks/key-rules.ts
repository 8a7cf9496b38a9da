import type { Finding } from './queue-rules.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** Receiving decrypts, sending makes a data key and decrypts (Amazon SQS Developer Guide, "Key management"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Finds roles that may use a queue but not the key that encrypts it: SQS refuses all their calls with AccessDenied. */
export function keys(view: TemplateView): Finding[] {
  return view.ofType('AWS::SQS::Queue').flatMap((queue) => {
    const key = queue.properties.KmsMasterKeyId;
    // Everybody who may use the queue may use AWS's own key for SQS.
    if (key === undefined || key === 'alias/aws/sqs') return [];
    return view.ofType('AWS::IAM::Policy').flatMap((policy) => missing(view, { queue, key, policy }));
  });
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
