/**
 * Replaces `@smithy/core/event-streams` in a deployed bundle. A few calls answer with event streams (S3's
 * SelectObjectContent, Bedrock's response streams); Sluice makes none of them. If a handler needs one, remove the line of
 * this file from `lib/bundle/form.ts`.
 */
function leftOut(): never {
  throw new Error('event streams are left out of the bundle: see lib/bundle/form.ts, STAND_INS');
}

export class EventStreamSerde {
  constructor() {
    leftOut();
  }
}

/** Every client that has such a call creates this, and only such a call uses it. */
export const eventStreamSerdeProvider = () => ({ serialize: leftOut, deserialize: leftOut });

export const resolveEventStreamSerdeConfig = <Config extends object>(config: Config) =>
  Object.assign(config, { eventStreamMarshaller: eventStreamSerdeProvider() });
