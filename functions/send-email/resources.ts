import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard, type JobResources } from '#sluice/infra';

/** The sender comes from `-c emailSender=`; it or its domain must be a verified SES identity here. */
export const resources: JobResources = ({ scope, consumer, setting }) => {
  const sender = setting('emailSender');
  if (sender === undefined) {
    Annotations.of(scope).addInfo('send-email has no sender yet: deploy with -c emailSender=you@your-domain');
    return;
  }
  consumer.addEnvironment('EMAIL_SENDER', sender);
  const arn = (resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ses', resource, resourceName });
  // The sender may be `Shop <shop@example.com>`; an identity has no display name.
  const address = sender.replace(/^.*<(.+)>$/, '$1');
  // SES checks the verified identity: the address or its domain. Payloads name the templates.
  const identities = [address.replace(/^.*@/, ''), address].map((name) => arn('identity', name));
  // In the name of the sender alone. SES lets an identity's domain send as anybody of it.
  const conditions = { StringEqualsIgnoreCase: { 'ses:FromAddress': address } };
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: identities, conditions }));
  const templates = arn('template', '*');
  consumer.addToRolePolicy(
    new PolicyStatement({ actions: ['ses:SendTemplatedEmail'], resources: [...identities, templates], conditions }),
  );
  acknowledgeWildcard(scope, { resource: templates, reason: 'payloads name the templates of this account' });
};
