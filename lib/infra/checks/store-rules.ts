import { names, prefixOf } from '../../contract/names.ts';
import type { Finding } from './queue-rules.ts';
import type { TemplateResource, TemplateView } from './template-view.ts';

/** By what templates name the key of a stage. */
export interface StageKeyNames {
  readonly alias: string;
  /** Name of the SSM parameter that holds its ARN. */
  readonly parameter: string;
  /** What the names of log groups begin with that may use it. */
  readonly logGroups: string;
}

export const stageKeyNames = (stage: string): StageKeyNames => ({
  alias: names.keyAlias(stage),
  parameter: `/${prefixOf(stage)}/key-arn`,
  logGroups: `/aws/lambda/${prefixOf(stage)}-`,
});

/** The rule that a `resources.ts` may accept a finding of. */
export const STORE_RULE = 'StoreWithoutKey';

type Properties = TemplateResource['properties'];
interface Encryption {
  readonly KMSMasterKeyId?: unknown;
  readonly ServerSideEncryptionByDefault?: { readonly KMSMasterKeyID?: unknown };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const ofSpecification = (one: unknown) => (one as { SSESpecification?: Encryption } | undefined)?.SSESpecification;

/** Where a store of payloads names its key (AWS CloudFormation template reference, each type); undefined for AWS's own. */
const STORES: Readonly<Record<string, (properties: Properties) => readonly unknown[]>> = {
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => [KmsMasterKeyId],
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => [KmsMasterKeyId],
  'AWS::DynamoDB::Table': (properties) => [ofSpecification(properties)?.KMSMasterKeyId],
  'AWS::DynamoDB::GlobalTable': ({ Replicas }) => list(Replicas).map((one) => ofSpecification(one)?.KMSMasterKeyId),
  'AWS::S3::Bucket': ({ BucketEncryption }) => {
    const { ServerSideEncryptionConfiguration: rules } = (BucketEncryption ?? {}) as Record<string, Encryption[]>;
    return list(rules).map((one) => (one as Encryption | undefined)?.ServerSideEncryptionByDefault?.KMSMasterKeyID);
  },
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => [KmsKeyId],
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => [KmsKeyId],
};

/** The keys of a store, as its template names them; undefined for AWS's own. */
export const keysOf = ({ type, properties }: TemplateResource): readonly unknown[] => STORES[type]?.(properties) ?? [];

/** Whether a reference is to the key of the stage: by its alias, by the parameter with its ARN, or in core to itself. */
export function isStageKey(view: TemplateView, key: unknown, { alias, parameter }: StageKeyNames): boolean {
  if (key === undefined) return false;
  if (view.target(key)?.type === 'AWS::KMS::Key') return aliasesIn(view, key).includes(alias);
  const parameters = (view.raw.Parameters ?? {}) as Readonly<Record<string, { Default?: unknown }>>;
  const { Ref } = key as { Ref?: unknown };
  if (typeof Ref === 'string' && parameters[Ref]?.Default === parameter) return true;
  return `${JSON.stringify(key)}`.includes(`${alias}"`);
}

const aliasesIn = (view: TemplateView, key: unknown): unknown[] =>
  view
    .ofType('AWS::KMS::Alias')
    .filter(({ properties }) => view.target(properties.TargetKeyId)?.id === view.target(key)?.id)
    .map(({ properties }) => properties.AliasName);

/** Finds stores of payloads that do not use the key of their stage, and log groups for which it may not be used. */
export function stores(view: TemplateView, key: StageKeyNames | undefined): Finding[] {
  if (key === undefined) return [];
  return Object.keys(STORES)
    .flatMap((type) => view.ofType(type))
    .flatMap((store) => {
      const isOurs = keysOf(store).every((one) => isStageKey(view, one, key));
      return isOurs ? otherGroup(store, key) : [withoutKey(store)];
    });
}

const withoutKey = (resource: TemplateResource): Finding => ({
  ...{ rule: STORE_RULE, severity: 'error', resource },
  what: `it may hold payloads, and the stage's key does not encrypt it (${resource.type})`,
  fix: `give it the key that resources.ts gets as "key"; or accept it: acknowledge(construct, { rule: '${STORE_RULE}', reason: '…' }) of #sluice/infra`,
});

/** The key's policy lets CloudWatch Logs use it for the functions' groups alone. */
function otherGroup(store: TemplateResource, { logGroups }: StageKeyNames): Finding[] {
  const { LogGroupName } = store.properties;
  if (store.type !== 'AWS::Logs::LogGroup' || String(LogGroupName).startsWith(logGroups)) return [];
  return [
    {
      ...{ rule: 'KeyGrantMissing', severity: 'error', resource: store },
      what: `the stage's key lets CloudWatch Logs use it for groups whose names begin with ${logGroups}: AWS would refuse to make this one`,
      fix: `give it such a name (logGroupName), for example ${logGroups}mine`,
    },
  ];
}
