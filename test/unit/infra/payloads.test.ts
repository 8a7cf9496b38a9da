import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { grantEnqueue } from '#sluice/infra';
import { HANDLER, makeApp, plain, synthesize } from './support/fixture.ts';
import { ofType, one, rightsOf } from './support/template.ts';

const ON = { stage: 'prod', payloads: 'on' };
const synthOf = (context: object) => synthesize(makeApp({ context: { ...context } }));
const s3RightsOf = (rights: readonly string[]) => rights.filter((right) => right.startsWith('s3:'));

describe('a stage with payloads=on', () => {
  const { core, plain: type } = synthOf(ON);
  const consumer = one(type?.resources ?? [], 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-plain' });

  it('has a bucket that keeps each payload for the days of its prefix', () => {
    const { properties } = one(core?.resources ?? [], 'AWS::S3::Bucket');
    expect(JSON.stringify(properties.BucketName)).toMatch(/sluice-prod-payloads-/);
    const { Rules } = properties.LifecycleConfiguration as { Rules: { Prefix: string; ExpirationInDays: number }[] };
    expect(Rules.map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays])).toEqual([
      ...[['30/', 30]],
      ...[['120/', 120]],
      ...[['410/', 410]],
    ]);
    expect(properties.PublicAccessBlockConfiguration).toMatchObject({ BlockPublicPolicy: true });
  });

  it('lets a consumer fetch payloads of its own type alone, and names the bucket to it', () => {
    const rights = s3RightsOf(rightsOf(type?.resources ?? [], 'sluice-prod-plain'));
    expect(rights.map((right) => right.replace(/^(s3:\w+) .*?(\/.*)?$/s, '$1 $2').trim()).sort()).toEqual([
      ...['s3:GetObject /120/plain/*', 's3:GetObject /30/plain/*', 's3:GetObject /410/plain/*', 's3:ListBucket'],
    ]);
    const { Variables } = consumer.properties.Environment as { Variables: Record<string, unknown> };
    expect(JSON.stringify(Variables.SLUICE_PAYLOADS)).toMatch(/sluice-prod-payloads-/);
  });

  it('encrypts it with the stage’s key where that has one, which each consumer may use through S3', () => {
    const encrypted = synthOf({ ...ON, encryption: 'kms', region: 'eu-west-1' });
    const { properties } = one(encrypted.core?.resources ?? [], 'AWS::S3::Bucket');
    expect(JSON.stringify(properties.BucketEncryption)).toContain('aws:kms');
    const policies = ofType(encrypted.plain?.resources ?? [], 'AWS::IAM::Policy');
    expect(JSON.stringify(policies.map(({ properties: { PolicyDocument } }) => PolicyDocument))).toContain(
      's3.eu-west-1',
    );
  });
});

it('a stage without has no bucket, no variable and no right', () => {
  const { core, plain: type } = synthOf({ stage: 'prod' });
  expect(ofType(core?.resources ?? [], 'AWS::S3::Bucket')).toEqual([]);
  expect(s3RightsOf(rightsOf(type?.resources ?? [], 'sluice-prod-plain'))).toEqual([]);
  expect(JSON.stringify(type?.resources)).not.toContain('SLUICE_PAYLOADS');
});

it.each([
  [{ payloads: 'yes' }, 'payloads must be on or off, got "yes"'],
  [
    { payloads: 'on', app: 'longestappname16', stage: 'longeststage' },
    'payloads=on needs names of app and stage with 25 characters together, since a bucket\'s name has 63: "longestappname16-longeststage" has 28',
  ],
])('%o is refused', (context, message) => {
  expect(() =>
    makeApp({ jobs: [{ definition: plain, entry: HANDLER }], context: { stage: 'prod', ...context } }),
  ).toThrow(message);
});

it('a definition’s extendedFrom is a right to fetch from that bucket, and no other', () => {
  const definition = defineJob({ type: 'plain', payload: z.object({}), extendedFrom: { bucket: 'their-bucket' } });
  const { plain: type } = synthesize(makeApp({ jobs: [{ definition, entry: HANDLER }], context: { stage: 'prod' } }));
  const rights = s3RightsOf(rightsOf(type?.resources ?? [], 'sluice-prod-plain'));
  expect(rights.map((right) => right.replace(/arn:.*s3:::/, ''))).toEqual([
    ...['s3:GetObject their-bucket/*', 's3:ListBucket their-bucket'],
  ]);
});

it('grantEnqueue lets a producer put payloads of these types, in the account’s own bucket', () => {
  const app = makeApp({ context: ON });
  const role = new Role(new Stack(app, 'a-b-shop'), 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  grantEnqueue(role, { stage: 'prod', types: ['plain'], payloads: true });
  const policy = JSON.stringify(ofType(synthesize(app).shop?.resources ?? [], 'AWS::IAM::Policy'));
  expect(policy).toContain('s3:PutObject');
  expect(policy).toContain('s3:ResourceAccount');
  expect(policy).toContain('/30/plain/*');
  expect(policy).not.toContain('s3:GetObject');
});
