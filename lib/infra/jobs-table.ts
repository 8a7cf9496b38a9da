import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { names } from '../contract/names.ts';
import { LISTS_INDEX, TYPE_LISTS_INDEX } from '../contract/protocol/job-item.ts';
import { removalPolicy } from './stage-settings.ts';

/** Settings of {@link JobsTable}. */
export interface JobsTableProps {
  readonly stage: string;
  readonly disposable: boolean;
  readonly key: IKey | undefined;
}

/** The jobs table: one item a job, which is also its idempotency record, and two sparse indexes of parked and dead jobs. */
export class JobsTable extends TableV2 {
  constructor(scope: Construct, id: string, { stage, disposable, key }: JobsTableProps) {
    super(scope, id, {
      tableName: names.jobsTable(stage),
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      // AWS's own key costs nothing and needs no rights.
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
        {
          // What an operator asks of one type costs the same beside a million jobs of another.
          indexName: TYPE_LISTS_INDEX,
          partitionKeys: [
            { name: 'type', type: AttributeType.STRING },
            { name: 'listKey', type: AttributeType.STRING },
          ],
          sortKey: { name: 'listAt', type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
    });
  }
}
