import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge, grantKey, type JobResources, removalPolicy } from '#sluice/infra';

/** A secret for Stripe's API key. It is created with a random value: store the key there after the first deploy. */
export const resources: JobResources = ({ scope, consumer, prefix, key, disposable, setting }) => {
  const secret = new Secret(scope, 'StripeApiKey', {
    secretName: `${prefix}/stripe-api-key`,
    description: 'Stripe API key of process-payment',
    ...(key !== undefined && { encryptionKey: key }),
    removalPolicy: removalPolicy(disposable),
  });
  acknowledge(secret, {
    rule: 'SMG4',
    reason: 'Stripe issues keys to people in its dashboard, so they cannot be rotated automatically',
  });
  consumer.addEnvironment('STRIPE_SECRET', secret.secretArn);
  consumer.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
  );
  grantKey(consumer, key, 'secretsmanager');
  const base = setting('stripeApiBase');
  if (base !== undefined) consumer.addEnvironment('STRIPE_API_BASE', base);
};
