import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { STATE_ATTRIBUTES } from '../../../../lib/contract/protocol/state-attributes.ts';
import { grantCancel, grantRead } from '../../../../lib/infra/index.ts';
import { jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { one, rightsOfRole, statementsOf } from '../support/template.ts';

const EU = { env: { account: '111122223333', region: 'eu-west-1' } };
const US = { env: { account: '111122223333', region: 'us-east-1' } };
const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/sluice-prod-jobs';

function roleIn(name: string, app = ownApp(), env = EU) {
  const stack = ownStack(app, name, env);
  return { stack, role: new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111122223333') }) };
}

const statementsIn = (stack: Parameters<typeof resourcesOf>[0]) =>
  statementsOf(one(resourcesOf(stack), 'AWS::IAM::Policy').properties.PolicyDocument);
const rightsIn = (stack: Parameters<typeof resourcesOf>[0]) => {
  const resources = resourcesOf(stack);
  return rightsOfRole(resources, one(resources, 'AWS::IAM::Role').id);
};
const ofTypes = (...types: string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': types.map((type) => `${type}#*`) },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

describe('grantRead', () => {
  it('lets a role read how jobs of these types stand, and nothing else', () => {
    const { stack, role } = roleIn('Api');
    grantRead(role, { stage: 'prod', types: ['plain', 'other'] });
    expect(rightsIn(stack)).toEqual([`dynamodb:BatchGetItem ${TABLE}`]);
    expect(statementsIn(stack).map(({ condition }) => condition)).toEqual([
      {
        ...ofTypes('plain', 'other'),
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...STATE_ATTRIBUTES] },
        StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    ]);
  });

  it('gives what a stage’s key encrypts to be read, by way of DynamoDB alone', () => {
    const { stack, role } = roleIn('Api');
    grantRead(role, { stage: 'shop/prod', types: ['plain'], encryption: 'kms' });
    const [key, read] = statementsIn(stack);
    expect(key).toMatchObject({
      actions: ['kms:Decrypt'],
      condition: { StringEquals: { 'kms:ViaService': ['dynamodb.eu-west-1.amazonaws.com'] } },
    });
    expect(read?.resources).toEqual([TABLE.replace('sluice', 'shop')]);
  });

  it('refuses an invalid stage', () => {
    expect(() => grantRead(roleIn('Api').role, { stage: 'Prod', types: ['plain'] })).toThrow('stage must be 1 to 16');
  });
});

describe('grantCancel', () => {
  it('lets a role change jobs of these types', () => {
    const { stack, role } = roleIn('Admin');
    grantCancel(role, { stage: 'prod', types: ['plain'], encryption: 'kms' });
    expect(rightsIn(stack).filter((right) => right.startsWith('dynamodb:'))).toEqual(
      ['GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action} ${TABLE}`),
    );
    const [key, change] = statementsIn(stack);
    expect(key?.actions).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(change?.condition).toEqual(ofTypes('plain'));
  });
});

describe('a job type of an app of one’s own', () => {
  const app = ownApp();
  const core = ownStack(app, 'Core', EU);
  const jobType = jobTypeIn(core, { sluice: sluiceIn(core, { encrypted: true }) });
  const { stack, role } = roleIn('Api', app);
  jobType.grantRead(role);
  jobType.grantCancel(role);

  it('lets a role of another stack look at its jobs and cancel them, without a reference', () => {
    const actions = ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'];
    const rights = rightsIn(stack);
    expect(rights.filter((right) => right.startsWith('dynamodb:'))).toEqual(
      actions.map((action) => `dynamodb:${action} ${TABLE}`),
    );
    expect(rights.some((right) => right.startsWith('kms:Decrypt '))).toBe(true);
    expect(JSON.stringify(resourcesOf(stack))).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
  });

  it('refuses a role of another region', () => {
    const { role: abroad } = roleIn('Abroad', app, US);
    const message = 'Abroad/Role is of another region than the jobs table of Core/Plain: take a role that is beside it';
    expect(() => jobType.grantRead(abroad)).toThrow(message);
    expect(() => jobType.grantCancel(abroad)).toThrow(message);
  });
});
