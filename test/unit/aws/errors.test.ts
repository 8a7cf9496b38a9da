import { describe, expect, test } from 'vitest';
import { isTransient } from '../../../lib/aws/errors.ts';
import { awsError, throttled, timeout } from '../../../lib/testing/index.ts';

describe('an error', () => {
  test.each([
    ['a throttled call', throttled()],
    ['a table that is too busy', awsError('ProvisionedThroughputExceededException', '')],
    ['an account’s limit', awsError('RequestLimitExceeded', '')],
    ['SQS too busy', awsError('RequestThrottled', '', 403)],
    ['too many messages in flight', awsError('OverLimit', '', 403)],
    ['a server’s fault', awsError('InternalServerError', '', 500)],
    ['a service that is away', awsError('ServiceUnavailable', '', 503)],
    ['no answer', timeout()],
    ['what the SDK itself calls retryable', Object.assign(new Error(), { $retryable: {} })],
  ])('is transient: %s', (_what, error) => expect(isTransient(error)).toBe(true));

  test.each([
    ['a refusal', awsError('ValidationException', '')],
    ['a missing right', awsError('AccessDeniedException', '')],
    ['a missing table', awsError('ResourceNotFoundException', '')],
    ['an input that no call can be made of', new TypeError('undefined is no string')],
    ['a number out of range', new RangeError('Invalid array length')],
  ])('is not transient: %s', (_what, error) => expect(isTransient(error)).toBe(false));
});
