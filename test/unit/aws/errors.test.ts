import { describe, expect, test } from 'vitest';
import { faultOf, isTransient } from '../../../lib/aws/errors.ts';
import { awsError, throttled, timeout } from '../../../lib/testing/index.ts';

const named = (name: string, fields: object = {}) => Object.assign(new Error(name), { name, ...fields });
const ofNode = (code: string) => Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });

describe('an error', () => {
  test.each([
    ['a throttled call', throttled()],
    ['a table that is too busy', awsError('ProvisionedThroughputExceededException', '')],
    ['an account’s limit', awsError('RequestLimitExceeded', '')],
    ['SQS too busy', awsError('RequestThrottled', '', 403)],
    ['too many messages in flight', awsError('OverLimit', '', 403)],
    ['a status that says so', awsError('Unknown', '', 429)],
    ['a service that was not reached', ofNode('ECONNREFUSED')],
    ['a name that is not resolved now', ofNode('EAI_AGAIN')],
    ['an error of the network in a wrapper', new Error('failed', { cause: ofNode('ENOTFOUND') })],
    [
      'a signature that is too old',
      awsError('InvalidSignatureException', 'Signature expired: 1 is now earlier than 2'),
    ],
    [
      'a clock that the SDK has set right',
      Object.assign(named('RequestTimeTooSkewed'), { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } }),
    ],
  ])('is transient, and nothing was done: %s', (_what, error) => {
    expect(faultOf(error)).toEqual({ isTransient: true, maybeDone: false });
  });

  test.each([
    ['a server’s fault', awsError('InternalServerError', '', 500)],
    ['a service that is away', awsError('ServiceUnavailable', '', 503)],
    ['no answer', timeout()],
    ['a connection that broke', ofNode('ECONNRESET')],
    ['a connection that broke, in a wrapper', new Error('failed', { cause: ofNode('EPIPE') })],
    ['an answer that is no HTTP', named('Error', { code: 'HPE_INVALID_CONSTANT' })],
    ['an answer that cannot be read', Object.assign(new SyntaxError('<'), { $metadata: { httpStatusCode: 200 } })],
    ['a transaction that is still in progress', awsError('TransactionInProgressException', '')],
    ['what the SDK itself calls retryable', named('Error', { $retryable: {} })],
  ])('is transient, and it may have been done: %s', (_what, error) => {
    expect(faultOf(error)).toEqual({ isTransient: true, maybeDone: true });
  });

  test.each([
    ['a refusal', awsError('ValidationException', '')],
    ['a missing right', awsError('AccessDeniedException', '')],
    ['a missing table', awsError('ResourceNotFoundException', '')],
    ['an input that no call can be made of', new TypeError('undefined is no string')],
    ['an input that cannot be marshalled', new Error('Unsupported type passed: Mon Jan 01 2026')],
    ['a number out of range', new RangeError('Invalid array length')],
    ['an endpoint that is none', named('TypeError', { code: 'ERR_INVALID_URL' })],
    ['an endpoint that no rule has', named('EndpointError')],
    ['a region that is missing', new Error('Region is missing')],
    ['credentials that are missing', named('CredentialsProviderError')],
    ['credentials whose provider does not answer', named('CredentialsProviderError', { cause: ofNode('ETIMEDOUT') })],
    ['a token that has expired', named('TokenProviderError')],
    ['a header that cannot be sent', named('TypeError', { code: 'ERR_INVALID_CHAR' })],
    ['a certificate that is not trusted', named('Error', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
    ['nothing that is an error', 'text'],
    ['nothing', undefined],
  ])('is not transient, and nothing was done: %s', (_what, error) => {
    expect(faultOf(error)).toEqual({ isTransient: false, maybeDone: false });
    expect(isTransient(error)).toBe(false);
  });

  test('is not transient, and it may have been done: a call that was given up', () => {
    expect(faultOf(named('AbortError'))).toEqual({ isTransient: false, maybeDone: true });
  });
});
