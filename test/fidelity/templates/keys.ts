import { allows, type Statement } from '../iam/evaluate.ts';
import { all } from './edges.ts';
import type { Environment } from './intrinsics.ts';
import { statementsOfFunction } from './roles.ts';
import type { Templates } from './synth.ts';

/** What is to be sent and received with a customer-managed key, and by whom. */
interface Door {
  readonly id: string;
  readonly action: string;
  readonly statements: readonly Statement[];
  readonly service?: string;
  readonly principal?: string;
  readonly context: Readonly<Record<string, string>>;
}

const GROUP = '/aws/lambda/sluice-prod-send-email';
const STRANGER: Environment = { account: '999999999999', region: 'eu-west-1' };
const USE = ['kms:Decrypt', 'kms:GenerateDataKey'];

/**
 * Who would be refused by the key of a stage, although it may use what the key encrypts. Templates are resolved.
 *
 * @param producers ARNs of users or roles of other accounts that are to send
 */
export function lockedOut(templates: Templates, environment: Environment, producers: readonly string[]): string[] {
  const [key, ...more] = all(templates, 'AWS::KMS::Key');
  const [alias] = all(templates, 'AWS::KMS::Alias').map(({ properties }) => String(properties.AliasName));
  if (key === undefined || alias === undefined || more.length > 0) return ['the stage has not one key with an alias'];
  const policy = (key.properties.KeyPolicy as { Statement: Statement[] }).Statement;
  const arn = `arn:aws:kms:${environment.region}:${environment.account}:key/${key.id.replace('/', '-').toLowerCase()}`;
  const doors = [
    ...functions(templates, environment, alias),
    ...storesOfTypes(templates, environment),
    ...services(policy, environment),
    ...others(policy, environment, producers),
  ];
  return [
    ...unencrypted(templates, { environment, arn, alias }),
    ...doors
      .filter(
        ({ action, statements, id: _id, ...request }) => !allows(statements, { ...request, action, resource: arn }),
      )
      .map(({ id, action }) => `${id}: the key refuses it ${action}`),
    ...others(policy, environment, ['arn:aws:iam::999999999999:role/stranger'])
      .filter(({ statements, action, principal, context }) =>
        allows(statements, { action, resource: arn, principal: principal ?? '', context }),
      )
      .map(({ action }) => `the key lets a stranger ${action}`),
    ...[...strangers(policy), ...logs(policy, environment, '/aws/lambda/other'), ...logs(policy, STRANGER, GROUP)]
      .filter(({ statements, action, service, context }) =>
        allows(statements, { action, resource: arn, service: service ?? '', context }),
      )
      .map(({ id, action }) => `the key lets ${id} ${action}`),
  ];
}

/** Roles of the account are let in by their own policies, because the key's lets the account decide. */
function functions(templates: Templates, { region }: Environment, alias: string): Door[] {
  return all(templates, 'AWS::Lambda::Function').flatMap(({ properties }) => {
    const id = String(properties.FunctionName);
    const statements = statementsOfFunction(templates, id);
    return ['sqs', 'dynamodb'].flatMap((service) =>
      USE.map((action) => ({
        ...{ id: `${id} through ${service}`, action, statements },
        context: { 'kms:ResourceAliases': alias, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      })),
    );
  });
}

/** What a job type's own store needs: its role uses the key through that service. */
const storesOfTypes = (templates: Templates, { region }: Environment): Door[] =>
  [
    { type: 'AWS::S3::Bucket', service: 's3', actions: USE },
    { type: 'AWS::SecretsManager::Secret', service: 'secretsmanager', actions: ['kms:Decrypt'] },
  ].flatMap(({ type, service, actions }) =>
    all(templates, type).flatMap(({ id: store }) => {
      const id = store.split('/')[0] ?? '';
      const statements = statementsOfFunction(templates, id);
      return actions.map((action) => ({
        ...{ id: `${id} through ${service}`, action, statements },
        context: { 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      }));
    }),
  );

const services = (statements: readonly Statement[], { account, region }: Environment): Door[] => [
  ...['cloudwatch', 'events', 'sns', 's3'].flatMap((name) =>
    USE.map((action) => ({
      ...{ id: name, action, statements, service: `${name}.amazonaws.com` },
      context: { 'aws:SourceAccount': account },
    })),
  ),
  ...logs(statements, { account, region }, GROUP),
];

const LOGS_USE = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'DescribeKey'];
const logs = (statements: readonly Statement[], { account, region }: Environment, group: string): Door[] =>
  LOGS_USE.map((action) => ({
    ...{ id: `logs of ${group}`, action: `kms:${action}`, statements, service: `logs.${region}.amazonaws.com` },
    context: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:${group}` },
  }));

/** Of another account, where a service says so: nobody may make it use the key for his own. */
const strangers = (statements: readonly Statement[]): Door[] =>
  ['cloudwatch', 'events', 'sns', 's3'].flatMap((name) =>
    USE.map((action) => ({
      ...{ id: `${name} of a stranger`, action, statements, service: `${name}.amazonaws.com` },
      context: { 'aws:SourceAccount': '999999999999' },
    })),
  );

const others = (statements: readonly Statement[], { region }: Environment, producers: readonly string[]): Door[] =>
  producers.flatMap((principal) =>
    USE.map((action) => ({
      ...{ id: principal, action, statements, principal },
      context: { 'kms:ViaService': `sqs.${region}.amazonaws.com` },
    })),
  );

/** Queues name the key by its alias's ARN, all other stores by its own. */
function unencrypted(
  templates: Templates,
  { environment, arn, alias }: { environment: Environment; arn: string; alias: string },
): string[] {
  const byAlias = `arn:aws:kms:${environment.region}:${environment.account}:${alias}`;
  const keyed = [
    ...all(templates, 'AWS::SQS::Queue').map(({ id, properties }) => [id, properties.KmsMasterKeyId, byAlias]),
    ...all(templates, 'AWS::SNS::Topic').map(({ id, properties }) => [id, properties.KmsMasterKeyId, arn]),
    ...all(templates, 'AWS::Logs::LogGroup').map(({ id, properties }) => [id, properties.KmsKeyId, arn]),
    ...all(templates, 'AWS::SecretsManager::Secret').map(({ id, properties }) => [id, properties.KmsKeyId, arn]),
    ...all(templates, 'AWS::S3::Bucket').map(({ id, properties }) => [
      id,
      (properties as { BucketEncryption?: BucketEncryption }).BucketEncryption?.ServerSideEncryptionConfiguration[0]
        ?.ServerSideEncryptionByDefault?.KMSMasterKeyID,
      arn,
    ]),
    ...all(templates, 'AWS::DynamoDB::GlobalTable').map(({ id, properties }) => [
      id,
      (properties.Replicas as { SSESpecification?: { KMSMasterKeyId?: string } }[])[0]?.SSESpecification
        ?.KMSMasterKeyId,
      arn,
    ]),
  ];
  return keyed.filter(([, key, wanted]) => key !== wanted).map(([id, key]) => `${id}: encrypted by ${String(key)}`);
}

interface BucketEncryption {
  readonly ServerSideEncryptionConfiguration: readonly {
    readonly ServerSideEncryptionByDefault?: { readonly KMSMasterKeyID?: string };
  }[];
}

/** Who of other accounts may send to a queue: by its policy, over TLS. */
export function maySend(templates: Templates, principal: string): string[] {
  return all(templates, 'AWS::SQS::QueuePolicy').flatMap(({ properties }) => {
    const { Statement } = properties.PolicyDocument as { Statement: Statement[] };
    const [queue] = Statement.flatMap(({ Resource = [] }) => Resource);
    const request = { action: 'sqs:SendMessage', resource: queue ?? '', principal };
    const allowed = allows(Statement, { ...request, context: { 'aws:SecureTransport': 'true' } });
    const overHttp = allows(Statement, { ...request, context: { 'aws:SecureTransport': 'false' } });
    return [...(allowed ? [String(queue)] : []), ...(overHttp ? [`${String(queue)} over HTTP`] : [])];
  });
}
