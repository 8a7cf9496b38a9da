import { expect, test } from 'vitest';
import { statusOf, troubleOf } from '../../../lib/console/trouble.ts';
import { NoSuchTypeError } from '../../../lib/operator/index.ts';
import { awsError } from '../../../lib/testing/index.ts';

const HERE = { stage: 'prod', region: 'eu-west-1', profile: 'work' };
const EMULATED = { stage: 'dev', endpoint: 'http://127.0.0.1:4566' };

test.each([
  ['ThrottlingException', 'Rate exceeded', 'throttled', 429],
  ['ThrottledReadError', 'DynamoDB did not answer for all items', 'throttled', 429],
  ['ExpiredTokenException', 'expired', 'expired', 503],
  ['CredentialsProviderError', 'Token is expired', 'expired', 503],
  ['UnrecognizedClientException', 'The security token is invalid', 'expired', 503],
  ['AccessDeniedException', 'not authorized to perform: logs:StartQuery on x', 'denied', 403],
  ['TimeoutError', 'socket hang up', 'unreachable', 502],
  ['CorrectedBodyError', 'the corrected body is refused', 'usage', 400],
  ['TypeError', 'x is undefined', 'failed', 500],
])('%s is told as %s: %s', (name, message, kind, status) => {
  const trouble = troubleOf(Object.assign(awsError(name, message), { name }), HERE);
  expect([trouble.kind, statusOf(trouble)]).toEqual([kind, status]);
});

test('a right that is missing names its action, and the policy that has it', () => {
  const error = awsError(
    'AccessDeniedException',
    'User: x is not authorized to perform: logs:StartQuery on resource: y',
  );
  expect(troubleOf(error, HERE)).toMatchObject({
    ...{ action: 'logs:StartQuery', todo: expect.stringContaining('sluice-prod-read-eu-west-1') },
  });
});

test.each([
  ['NotImplementedException', 'StartQuery is not implemented'],
  ['InternalError', "exception while calling cloudwatch.GetMetricData: 'p50'"],
])('what an emulator does not have (%s) is a gap of it; AWS has no gaps', (name, message) => {
  const error = awsError(name, message);
  expect(troubleOf(error, EMULATED).kind).toBe('gap');
  expect(troubleOf(error, HERE).kind).toBe('failed');
});

test('what there is not says what there is', () => {
  const error = new NoSuchTypeError('stage "prod" has no job type "a"; it has: b');
  expect(troubleOf(error, HERE)).toEqual({ kind: 'missing', message: 'stage "prod" has no job type "a"; it has: b' });
});
