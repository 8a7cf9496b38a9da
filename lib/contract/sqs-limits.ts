/** SQS's largest message, and the largest call over all its entries: body, attribute names, types and values (SQS quotas). */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** Bytes that a message has left for its attributes. */
export const roomBeside = (body: string): number => MAX_MESSAGE_BYTES - Buffer.byteLength(body);
/** Entries of one SendMessageBatch (SQS quotas). */
export const MAX_BATCH_ENTRIES = 10;
/** Longest DelaySeconds (SQS quotas, message timer). */
export const MAX_DELAY_SECONDS = 900;
/** A message group of a standard queue: printable ASCII (SQS API reference, SendMessage). */
export const MESSAGE_GROUP = /^[!-~]{1,128}$/;
