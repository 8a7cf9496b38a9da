import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { AppSource, JobResources } from '#sluice/infra';
import { probe, probeBreaker, probeCrash, probeSerial } from './probe/definition.ts';
import { probeFlow } from './probe-flow/definition.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A table in which a probe's writes can be counted. */
const effects: JobResources = ({ scope, consumer }) => {
  const tableName = `${scope.node.id}-effects`;
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new Table(scope, 'Effects', { tableName, partitionKey, removalPolicy: RemovalPolicy.DESTROY });
  consumer.addEnvironment('EFFECTS_TABLE', tableName);
  consumer.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:UpdateItem', 'dynamodb:PutItem'], resources: [table.tableArn] }),
  );
};

/** What the integration tests deploy. */
export const probeSource: AppSource = {
  jobs: [
    { definition: probe, entry: file('probe/handler.ts'), resources: effects },
    { definition: probeCrash, entry: file('probe-crash/handler.ts'), resources: effects },
    { definition: probeBreaker, entry: file('probe-breaker/handler.ts') },
    { definition: probeSerial, entry: file('probe-serial/handler.ts') },
    { definition: probeFlow, entry: file('probe-flow/handler.ts'), resources: effects },
  ],
  dispatcherEntry: file('../../../functions/dispatcher/handler.ts'),
};
