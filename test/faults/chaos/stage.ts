import { fileURLToPath } from 'node:url';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Deployment, deploy } from '../../../localstack/deploy.ts';
import { type Emulator, startEmulator } from '../../../localstack/emulator.ts';
import {
  type JsonSource,
  type StripeStandIn,
  sourceRecord,
  startJsonSource,
  startStripe,
} from '../../../localstack/stand-ins/index.ts';
import { LOCAL_SENDER } from '../../../localstack/up.ts';
import { type Gate, startGate } from './gate.ts';
import { LEDGER, SYNC } from './plan.ts';

export const STAGE = 'chaos';

/** The chaos app, deployed, and the third parties behind gates that can be shut. */
export interface Stage {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly stripe: StripeStandIn;
  readonly source: JsonSource;
  readonly stripeGate: Gate;
  readonly sourceGate: Gate;
  readonly sourceUrl: (source: string) => string;
  readonly stop: () => Promise<void>;
}

interface StageOptions {
  /** Names of the sources that jobs will ask for. */
  readonly sources: readonly string[];
  readonly log: (line: string) => void;
}

/** @throws EmulatorError */
export async function bringUpStage({ sources, log }: StageOptions): Promise<Stage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    // Its functions are processes of this machine: only those can be killed from here.
    const emulator = await startEmulator({ force: 'embedded', log });
    stops.push(emulator.stop);
    const stripe = await startStripe();
    stops.push(stripe.stop);
    const settings = { records: SYNC.records, pageSize: SYNC.pageSize };
    const source = await startJsonSource(Object.fromEntries(sources.map((name) => [name, settings])));
    stops.push(source.stop);
    const [stripeGate, sourceGate] = [await startGate(stripe.port), await startGate(source.port)];
    stops.push(stripeGate.shut, sourceGate.shut);
    const host = emulator.hostSeenByFunctions;
    const deployment = await deploy(emulator, {
      ...{ stage: STAGE, app: fileURLToPath(new URL('app', import.meta.url)), log },
      context: {
        stripeApiBase: `http://${host}:${stripeGate.port}`,
        syncAllowedHosts: `*=${host}:${sourceGate.port}`,
        emailSender: LOCAL_SENDER,
      },
      secrets: { 'stripe-api-key': 'sk_test_chaos' },
    });
    await fillLedger(emulator);
    const sourceUrl = (name: string) => `http://${host}:${sourceGate.port}/${name}/records`;
    return { emulator, deployment, stripe, source, stripeGate, sourceGate, sourceUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What every report reports on. */
async function fillLedger({ clientConfig }: Emulator): Promise<void> {
  const dynamoDb = new DynamoDBClient(clientConfig);
  const rows = Array.from({ length: LEDGER.rows }, (_, i) => {
    const { id, updatedAt } = sourceRecord(LEDGER.source, i);
    // One line a record in the CSV.
    return marshall({ source: LEDGER.source, id, updatedAt, data: { amount: i } });
  });
  const table = `sluice-${STAGE}-records`;
  for (let at = 0; at < rows.length; at += 25) {
    const puts = rows.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
  dynamoDb.destroy();
}
