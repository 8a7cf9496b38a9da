import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridge } from '../aws/ports.ts';
import type { Bus } from './calls/events.ts';

/**
 * The account's default bus, behind a client. Imported statically: a dynamic import makes esbuild keep the whole SDK client
 * (50 KB of a bundle instead of 18), and was no faster to load.
 */
export const makeBus =
  (client: EventBridge): Bus =>
  (Entries) =>
    client.send(new PutEventsCommand({ Entries }));

/** The SDK's client. */
export const defaultBus = (): Bus => makeBus(new EventBridgeClient({}));
