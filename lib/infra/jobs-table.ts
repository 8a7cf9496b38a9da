import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { names } from '../contract/names.ts';
import { LISTS_INDEX } from '../contract/protocol/job-item.ts';
import { removalPolicy } from './removal.ts';

/** Settings of {@link JobsTable}. */
export interface JobsTableProps {
  readonly stage: string;
  readonly disposable: boolean;
  readonly key: IKey | undefined;
}

/** The jobs table: one item a job, which is its idempotency record too, and the sparse index of what waits or died. */
export class JobsTable extends TableV2 {
  constructor(scope: Construct, id: string, { stage, disposable, key }: JobsTableProps) {
    super(scope, id, {
      tableName: names.jobsTable(stage),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      // AWS's own key: encrypted at rest at no cost, and no grant that could be missing.
      encryption: key === undefined ? TableEncryptionV2.dynamoOwnedKey() : TableEncryptionV2.customerManagedKey(key),
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
