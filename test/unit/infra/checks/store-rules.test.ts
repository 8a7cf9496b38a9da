import { AttributeType, Table, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { acknowledge, grantKey } from '../../../../lib/infra/index.ts';
import type { JobResources } from '../../../../lib/infra/job/job-resources.ts';
import { KEYED, override, queueOf, said } from '../support/said.ts';

const WITHOUT_KEY: readonly (readonly [what: string, resources: JobResources])[] = [
  ['a queue', ({ scope }) => void new Queue(scope, 'Mine', { enforceSSL: true })],
  ['a topic', ({ scope }) => void new Topic(scope, 'Mine', { enforceSSL: true })],
  ['a bucket', ({ scope }) => void new Bucket(scope, 'Mine', { enforceSSL: true })],
  ['a secret', ({ scope }) => void new Secret(scope, 'Mine')],
  ['a log group', ({ scope }) => void new LogGroup(scope, 'Mine')],
  [
    'a table',
    ({ scope }) => void new TableV2(scope, 'Mine', { partitionKey: { name: 'id', type: AttributeType.STRING } }),
  ],
  [
    'a table of one region',
    ({ scope }) => void new Table(scope, 'Mine', { partitionKey: { name: 'id', type: AttributeType.STRING } }),
  ],
  [
    'a secret with another key',
    ({ scope }) =>
      void new Secret(scope, 'Mine', { encryptionKey: new Key(scope, 'Key', { enableKeyRotation: true }) }),
  ],
  ['its own queue', (stack) => override(queueOf(stack), 'KmsMasterKeyId', 'alias/aws/sqs')],
];

describe('on a stage with a key, cdk synth refuses', () => {
  test.each(WITHOUT_KEY)('%s that does not use it', (_what, resources) => {
    expect(said(resources)).toBe('');
    const report = said(resources, false, KEYED);
    expect(report).toContain('StoreWithoutKey');
    expect(report).toMatch(/may hold payloads, and the stage's key does not encrypt it/);
  });

  test('none of them that is accepted with a reason', () => {
    const reason = 'it holds the names of countries, which are in every atlas';
    const resources: JobResources = ({ scope }) =>
      acknowledge(new Bucket(scope, 'Mine', { enforceSSL: true }), { rule: 'StoreWithoutKey', reason });
    expect(said(resources, false, KEYED)).toBe('');
  });

  test('none of them that uses the key', () => {
    const resources: JobResources = ({ scope, key }) => {
      if (key === undefined) throw new Error('the stage has a key');
      new Queue(scope, 'Queue', { enforceSSL: true, encryptionMasterKey: key });
      new Topic(scope, 'Topic', { enforceSSL: true, masterKey: key });
      new Bucket(scope, 'Bucket', { enforceSSL: true, encryptionKey: key });
      new Secret(scope, 'Secret', { encryptionKey: key });
      new LogGroup(scope, 'Log', { encryptionKey: key, logGroupName: '/aws/lambda/sluice-dev-mine' });
      const partitionKey = { name: 'id', type: AttributeType.STRING };
      new TableV2(scope, 'Table', { partitionKey, encryption: TableEncryptionV2.customerManagedKey(key) });
    };
    expect(said(resources, false, KEYED)).toBe('');
  });

  test('a log group whose name the key’s policy does not cover', () => {
    const resources: JobResources = ({ scope, key }) =>
      void new LogGroup(scope, 'Log', { ...(key && { encryptionKey: key }), logGroupName: 'audit' });
    expect(said(resources, false, KEYED)).toMatch(/groups whose names begin with \/aws\/lambda\/sluice-dev-/);
  });

  test('a service that the key does not know, on a queue with the key that resources.ts gets', () => {
    const sendTo =
      (service: string): JobResources =>
      ({ scope, key }) => {
        const queue = new Queue(scope, 'Mine', { ...(key && { encryptionMasterKey: key }), enforceSSL: true });
        queue.grantSendMessages(new ServicePrincipal(`${service}.amazonaws.com`));
      };
    for (const service of ['events', 'cloudwatch', 'sns', 's3']) expect(said(sendTo(service), false, KEYED)).toBe('');
    expect(said(sendTo('ses'), false, KEYED)).toMatch(/lets ses send to the encrypted queue/);
  });
});

describe('on a stage with a key, a function that may use a store must get its key', () => {
  const withBucket =
    (granted: boolean): JobResources =>
    ({ scope, consumer, key }) => {
      const bucket = new Bucket(scope, 'Mine', { ...(key && { encryptionKey: key }), enforceSSL: true });
      const objects = bucket.arnForObjects('*');
      consumer.addToRolePolicy(
        new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [objects] }),
      );
      if (granted) grantKey(consumer, key, 's3');
    };
  const withSecret =
    (granted: boolean): JobResources =>
    ({ scope, consumer, key }) => {
      const secret = new Secret(scope, 'Mine', { ...(key && { encryptionKey: key }) });
      const actions = ['secretsmanager:GetSecretValue'];
      consumer.addToRolePolicy(new PolicyStatement({ actions, resources: [secret.secretArn] }));
      // The right of another service is none.
      grantKey(consumer, key, granted ? 'secretsmanager' : 's3');
    };

  test('for a bucket', () => {
    expect(said(withBucket(false), false, KEYED)).toMatch(
      /s3:GetObject and s3:PutObject on the encrypted bucket \S+ and not kms:Decrypt and kms:GenerateDataKey on its key/,
    );
    expect(said(withBucket(true), false, KEYED)).toBe('');
  });

  test('for a secret, through Secrets Manager', () => {
    expect(said(withSecret(false), false, KEYED)).toMatch(
      /secretsmanager:GetSecretValue on the encrypted secret \S+ and not kms:Decrypt on its key/,
    );
    expect(said(withSecret(true), false, KEYED)).toBe('');
  });
});
