/**
 * Replaces `@smithy/core/event-streams` in a deployed bundle. A few calls answer with event streams (S3's
 * SelectObjectContent, Bedrock's response streams); Sluice makes none of them. With such a command in a bundle, the real one is
 * in it too (`lib/bundle/cuts.ts`).
 */
function leftOut(): never {
  throw new Error('event streams are left out of the bundle: see lib/bundle/cuts.ts');
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
