// The CDK app of another repository.
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { buildApp, grantEnqueue, grantRead, type JobResources } from 'sluice/infra';
import { greet } from './greet.ts';

const resources: JobResources = ({ consumer, stage }) => consumer.addEnvironment('GREETER', stage);
const entry = fileURLToPath(new URL('handler.ts', import.meta.url));
const app = buildApp({ jobs: [{ definition: greet, entry, resources }], props: { outdir: 'cdk.out' } });
const shop = new Stack(app, 'shop');
const role = new Role(shop, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
grantEnqueue(role, { stage: 'dev', types: [greet.type] });
grantRead(role, { stage: 'dev', types: [greet.type] });
app.synth();
