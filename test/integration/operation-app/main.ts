import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { buildApp, type JobResources } from '#sluice/infra';
import { stages } from './stages.ts';
import { order as first } from './v1/definition.ts';
import { order as second } from './v2/definition.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { context } = JSON.parse(readFileSync(file('../../../cdk.json'), 'utf8')) as { context: Record<string, unknown> };

/** A table in which each job's effect is counted. */
const effects: JobResources = ({ scope, consumer }) => {
  const tableName = `${scope.node.id}-effects`;
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new Table(scope, 'Effects', { tableName, partitionKey, removalPolicy: RemovalPolicy.DESTROY });
  consumer.addEnvironment('EFFECTS_TABLE', tableName);
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [table.tableArn] }));
};

/** `-c version=2` deploys the definition and the code that an operator would change to; `-c file=yes` has the stages in a file. */
const asked = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as { version?: string; file?: string };
const version = asked.version === '2' ? 2 : 1;

buildApp({
  jobs: [{ definition: version === 2 ? second : first, entry: file(`v${version}/handler.ts`), resources: effects }],
  stages: asked.file === 'yes' ? stages : {},
  dispatcherEntry: file('../../../functions/dispatcher/handler.ts'),
  props: { context },
});
