import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { buildApp, type JobResources } from '#sluice/infra';
import { resources as ofReports } from '../../../../functions/generate-report/resources.ts';
import { resources as ofPayments } from '../../../../functions/process-payment/resources.ts';
import { resources as ofEmails } from '../../../../functions/send-email/resources.ts';
import { resources as ofSyncs } from '../../../../functions/sync-data/resources.ts';
import { generateReport, processPayment, sendEmail, syncData } from './definitions.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { context } = JSON.parse(readFileSync(file('../../../../cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** Beside what the real job type has: a table in which each written slice is counted. */
const ofCountedSyncs: JobResources = (given) => {
  ofSyncs(given);
  const { scope, consumer, stage } = given;
  const tableName = `sluice-${stage}-effects`;
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new Table(scope, 'Effects', { tableName, partitionKey, removalPolicy: RemovalPolicy.DESTROY });
  consumer.addEnvironment('EFFECTS_TABLE', tableName);
  table.grant(consumer, 'dynamodb:UpdateItem');
};

buildApp({
  jobs: [
    { definition: sendEmail, entry: file('send-email/handler.ts'), resources: ofEmails },
    { definition: processPayment, entry: file('process-payment/handler.ts'), resources: ofPayments },
    { definition: syncData, entry: file('sync-data/handler.ts'), resources: ofCountedSyncs },
    { definition: generateReport, entry: file('generate-report/handler.ts'), resources: ofReports },
  ],
  dispatcherEntry: file('../../../../functions/dispatcher/handler.ts'),
  props: { context },
});
