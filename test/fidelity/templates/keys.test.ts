import { beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../iam/evaluate.ts';
import { all, cutEdges } from './edges.ts';
import { type Environment, resolveAll } from './intrinsics.ts';
import { lockedOut, maySend } from './keys.ts';
import { findings } from './rules.ts';
import { SETTINGS, synthesize, type Templates } from './synth.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const SHOP = 'arn:aws:iam::444455556666:role/shop';
const ANY_OF_ACCOUNT = 'arn:aws:iam::111122223333:role/whoever';
const TYPES = ['send-email', 'process-payment', 'sync-data', 'generate-report'];

let encrypted: Templates;
beforeAll(async () => {
  encrypted = resolveAll(await synthesize(SETTINGS.keys), ENVIRONMENT);
}, 120_000);

describe('a stage with a customer-managed key', () => {
  it('encrypts all that holds payloads with it, and lets all their users use the key', () => {
    expect(lockedOut(encrypted, ENVIRONMENT, [SHOP, ANY_OF_ACCOUNT])).toEqual([]);
  });

  it('cuts no other edge and breaks no rule', () => {
    expect([...findings(encrypted), ...cutEdges(encrypted, ENVIRONMENT)]).toEqual([]);
  });

  it.each<[string, string | undefined, (text: string) => string, RegExp]>([
    [
      'a role that may not decrypt',
      undefined,
      (text) => text.replaceAll('kms:Decrypt', 'kms:Encrypt'),
      /through sqs: .*kms:Decrypt/,
    ],
    [
      'an alias of another stage',
      'sluice-prod-sync-data',
      (text) => text.replaceAll('alias/sluice-prod', 'alias/sluice-test'),
      /encrypted by/,
    ],
    [
      'a role for SQS alone',
      'sluice-prod-sync-data',
      (text) => text.replaceAll('dynamodb.eu-west-1', 'sqs.eu-west-1'),
      /through dynamodb/,
    ],
    [
      'a key that CloudWatch may not use',
      'sluice-prod-core',
      (text) => text.replaceAll('"cloudwatch.amazonaws.com"', '"ses.amazonaws.com"'),
      /^cloudwatch/m,
    ],
    [
      'a key that rules may not use',
      'sluice-prod-core',
      (text) => text.replaceAll('"events.amazonaws.com"', '"ses.amazonaws.com"'),
      /^events/m,
    ],
    [
      'a key that topics and buckets may not use',
      'sluice-prod-core',
      (text) => text.replaceAll(/"(sns|s3)\.amazonaws\.com"/g, '"ses.amazonaws.com"'),
      /^sns: .*^s3: /ms,
    ],
    [
      'a key that topics of other accounts may use',
      'sluice-prod-core',
      (text) => text.replace('"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}', ''),
      /the key lets sns of a stranger kms:Decrypt/,
    ],
    [
      'a bucket that the key’s right does not reach',
      'sluice-prod-generate-report',
      (text) => text.replaceAll('s3.eu-west-1.amazonaws.com', 'sqs.eu-west-1.amazonaws.com'),
      /through s3: .*kms:GenerateDataKey/,
    ],
    [
      'a secret that the key’s right does not reach',
      'sluice-prod-process-payment',
      (text) => text.replaceAll('secretsmanager.eu-west-1.amazonaws.com', 'sqs.eu-west-1.amazonaws.com'),
      /through secretsmanager: .*kms:Decrypt/,
    ],
    [
      'a log with AWS’s own key',
      'sluice-prod-sync-data',
      (text) => text.replaceAll('KmsKeyId', 'Other'),
      /ConsumerLog\w*: encrypted by undefined/,
    ],
    [
      'a key that CloudWatch Logs may not use',
      'sluice-prod-core',
      (text) => text.replaceAll('"logs.eu-west-1.amazonaws.com"', '"ses.amazonaws.com"'),
      /^logs of \/aws\/lambda\/sluice-prod-send-email: the key refuses it kms:Encrypt/m,
    ],
    [
      'a key for all logs',
      'sluice-prod-core',
      (text) => text.replace('log-group:/aws/lambda/sluice-prod-*', 'log-group:*'),
      /the key lets logs of \/aws\/lambda\/other kms:Decrypt/,
    ],
    ['a producer forgotten', 'sluice-prod-core', (text) => text.replaceAll('role/shop', 'role/other'), /role\/shop/],
    [
      'a key for everybody',
      'sluice-prod-core',
      (text) => text.replaceAll('arn:aws:iam::111122223333:root', '*'),
      /a stranger/,
    ],
  ])('%s is found', (_mistake, stack, plant, said) => {
    const planted = Object.fromEntries(
      Object.entries(encrypted).map(([name, template]) => [
        name,
        stack === undefined || stack === name ? JSON.parse(plant(JSON.stringify(template))) : template,
      ]),
    );
    expect(lockedOut(planted, ENVIRONMENT, [SHOP, ANY_OF_ACCOUNT]).join('\n')).toMatch(said);
  });
});

describe('producers of other accounts', () => {
  const queues = TYPES.map((type) => `arn:aws:sqs:eu-west-1:123456789012:sluice-prod-${type}`);

  it('may send over TLS if they are allowed, but not to a dead-letter queue', () => {
    for (const who of [SHOP, ANY_OF_ACCOUNT]) expect(maySend(encrypted, who).toSorted()).toEqual(queues.toSorted());
  });

  it('are refused if they are not on the list', () => {
    for (const who of ['arn:aws:iam::444455556666:role/other', 'arn:aws:iam::999999999999:role/shop']) {
      expect(maySend(encrypted, who)).toEqual([]);
    }
  });

  it('are all refused if the list is empty', async () => {
    const plain = resolveAll(await synthesize(SETTINGS.prod), ENVIRONMENT);
    expect(maySend(plain, SHOP)).toEqual([]);
    const policies = all(plain, 'AWS::SQS::QueuePolicy').map(({ properties }) => properties.PolicyDocument);
    for (const { Statement } of policies as { Statement: Statement[] }[]) {
      expect(Statement.map(({ Effect }) => Effect)).toEqual(['Deny']);
    }
  });
});

describe('an invalid setting is refused', () => {
  it.each([
    [{ encryption: 'kms' }, /encryption=kms needs a region, as -c region=eu-west-1/],
    [{ encryption: 'aes' }, /encryption must be kms.* got "aes"/],
    [{ allowedProducers: '111122223333,*' }, /allowedProducers must be account ids .* got "\*"/],
    [{ allowedProducers: 'arn:aws:iam::111122223333:role/*' }, /got "arn:aws:iam::111122223333:role\/\*"/],
  ])('%j', async (settings, said) => {
    await expect(synthesize(settings)).rejects.toThrow(said);
  });
});
