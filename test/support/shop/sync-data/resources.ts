import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type JobResources, removalPolicy } from '#sluice/infra';

/** The table of synced records, by source and id; its index orders a source's records by time, for reports. */
export const resources: JobResources = ({ scope, consumer, prefix, key, disposable, setting }) => {
  const table = new TableV2(scope, 'Records', {
    tableName: `${prefix}-records`,
    partitionKey: { name: 'source', type: AttributeType.STRING },
    sortKey: { name: 'id', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    ...(key !== undefined && { encryption: TableEncryptionV2.customerManagedKey(key) }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: !disposable,
    removalPolicy: removalPolicy(disposable),
    globalSecondaryIndexes: [
      {
        indexName: 'byTime',
        partitionKey: { name: 'source', type: AttributeType.STRING },
        sortKey: { name: 'updatedAt', type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      },
    ],
  });
  consumer.addEnvironment('RECORDS_TABLE', table.tableName);
  consumer.addEnvironment('SYNC_ALLOWED_HOSTS', setting('syncAllowedHosts') ?? '');
  // Only the stand-ins on a local machine use http.
  if (setting('emulator') !== undefined) consumer.addEnvironment('SYNC_LOCAL', '1');
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:PutItem'], resources: [table.tableArn] }));
};
