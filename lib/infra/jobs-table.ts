import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { LISTS_INDEX } from '../contract/job-item.ts';
import { names } from '../contract/names.ts';
import { removalPolicy } from './removal.ts';

/** The jobs table: one item a job, which is its idempotency record too, and the sparse index of what waits or died. */
export class JobsTable extends TableV2 {
  constructor(scope: Construct, id: string, { stage, disposable }: { stage: string; disposable: boolean }) {
    super(scope, id, {
      tableName: names.jobsTable(stage),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      // AWS's own key: encrypted at rest at no cost, and no grant that could be missing. A key of one's own is a later option.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      timeToLiveAttribute: 'expiration',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !disposable,
      removalPolicy: removalPolicy(disposable),
      globalSecondaryIndexes: [
        {
          indexName: LISTS_INDEX,
          partitionKey: { name: 'listKey', type: AttributeType.STRING },
          sortKey: { name: 'listAt', type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
  }
}
