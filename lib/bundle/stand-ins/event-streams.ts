/**
 * Stands in for `@smithy/core/event-streams` in a deployed bundle. Event streams are what a few calls answer with (S3's
 * SelectObjectContent, Bedrock's response streams); no call of Sluice's does. A handler that wants one takes the line of
 * this file out of `lib/bundle/form.ts`.
 */
function leftOut(): never {
  throw new Error('event streams are left out of the bundle: see lib/bundle/form.ts, STAND_INS');
}

export class EventStreamSerde {
  constructor() {
    leftOut();
  }
}

/** Made by every client that has such a call, used by none of the others. */
export const eventStreamSerdeProvider = () => ({ serialize: leftOut, deserialize: leftOut });

export const resolveEventStreamSerdeConfig = <Config extends object>(config: Config) =>
  Object.assign(config, { eventStreamMarshaller: eventStreamSerdeProvider() });
