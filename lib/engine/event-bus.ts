import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Bus } from './announce.ts';
import type { EventBridge } from './aws.ts';

/** The account's default bus, behind a client: everything of EventBridge's SDK that the engine needs, and nothing else. */
export const makeBus =
  (client: EventBridge): Bus =>
  (Entries) =>
    client.send(new PutEventsCommand({ Entries }));

export const defaultBus = (): Bus => makeBus(new EventBridgeClient({}));
