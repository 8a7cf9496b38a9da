import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../../functions/send-email/resources.ts';
import { arn, one, resourcesIn, rightsOf, statementsOf } from '../../infra/support/template.ts';

function deploy(emailSender: string | undefined) {
  const scope = new Stack(new App(), 'Stack');
  const made = new LambdaFunction(scope, 'Consumer', {
    functionName: 'consumer',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {};'),
  });
  const consumer = Object.assign(made, { joinVpc: () => undefined });
  const queue = new Queue(scope, 'Queue');
  const named = { stage: 'prod', prefix: 'sluice-prod', key: undefined };
  resources({ scope, consumer, queue, ...named, disposable: false, setting: () => emailSender });
  return resourcesIn(Template.fromStack(scope).toJSON());
}

describe('the sender', () => {
  it.each([
    ['shop@example.com', 'shop@example.com'],
    ['Shop <shop@example.com>', 'shop@example.com'],
    ['"Shop @ home" <shop@example.com>', 'shop@example.com'],
  ])('%s may be verified by address or by domain', (sender, address) => {
    const deployed = deploy(sender);
    const identities = ['example.com', address].map((name) => arn('ses', `identity/${name}`));
    expect(rightsOf(deployed, 'consumer')).toEqual([
      ...identities.map((identity) => `ses:SendEmail ${identity}`),
      ...identities.map((identity) => `ses:SendTemplatedEmail ${identity}`),
      `ses:SendTemplatedEmail ${arn('ses', 'template/*')}`,
    ]);
    const conditions = one(deployed, 'AWS::IAM::Policy').properties.PolicyDocument;
    for (const { condition } of statementsOf(conditions)) {
      expect(condition).toEqual({ StringEqualsIgnoreCase: { 'ses:FromAddress': address } });
    }
    const { properties } = one(deployed, 'AWS::Lambda::Function');
    expect(properties.Environment).toEqual({ Variables: { EMAIL_SENDER: sender } });
  });

  it('gets no rights if it is not set', () => {
    expect(rightsOf(deploy(undefined), 'consumer')).toEqual([]);
  });
});
