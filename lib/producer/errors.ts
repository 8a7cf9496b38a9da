/** A message that SQS would refuse for its size, or a payload beyond 100 MB: nothing was sent. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
  /** Of the whole body, payload and envelope; beyond 100 MB of the payload. */
  readonly bytes: number;
  /** @param way what fits, and what to do */
  constructor(bytes: number, way: string) {
    super(`${Math.ceil(bytes / 1024).toLocaleString('en-US')} KB: ${way}`);
    this.bytes = bytes;
  }
}

/** A job of a type whose definition says `retired: true`: it takes no new jobs, and nothing was sent. */
export class RetiredTypeError extends Error {
  override readonly name = 'RetiredTypeError';
  constructor(type: string) {
    super(`job type "${type}" is retired and takes no new jobs: send one of the type that took its place`);
  }
}

/** A producer's settings are out of range. */
export class ProducerConfigurationError extends Error {
  override readonly name = 'ProducerConfigurationError';
}

/**
 * A job that SQS did not take, or may not have taken. Its cause is the error of the SDK, if the whole call failed.
 */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** SQS's code, or the name of the SDK's error. */
  readonly code: string;
  /**
   * Whether the job may have been sent all the same: no answer came. Send it again under the same id, it runs once.
   */
  readonly maybeSent: boolean;
  constructor(message: string, { code, maybeSent, cause }: { code: string; maybeSent: boolean; cause?: unknown }) {
    super(message, { cause });
    this.code = code;
    this.maybeSent = maybeSent;
  }
}
