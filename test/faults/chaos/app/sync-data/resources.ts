import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { JobResources } from '#sluice/infra';
import { resources as ofSyncs } from '../../../../../functions/sync-data/resources.ts';

/** Beside what the real job type has: a table in which each written slice is counted. */
export const resources: JobResources = (given) => {
  ofSyncs(given);
  const { scope, consumer, stage } = given;
  const tableName = `sluice-${stage}-effects`;
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new Table(scope, 'Effects', { tableName, partitionKey, removalPolicy: RemovalPolicy.DESTROY });
  consumer.addEnvironment('EFFECTS_TABLE', tableName);
  table.grant(consumer, 'dynamodb:UpdateItem');
};
