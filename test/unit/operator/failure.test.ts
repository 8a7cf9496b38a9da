import { describe, expect, test } from 'vitest';
import { EXIT, explain } from '../../../lib/operator/index.ts';
import { awsError, throttled } from '../../../lib/testing/index.ts';

const where = { stage: 'prod', profile: 'work', region: 'eu-west-1', endpoint: undefined };
const named = (name: string, message = 'x') => Object.assign(new Error(message), { name });
const system = (code: string, message: string) => Object.assign(new Error(message), { code });

describe('a failure is explained', () => {
  test.each([
    [
      'no credentials',
      named('CredentialsProviderError', 'Could not load credentials'),
      EXIT.access,
      /profile "work" gives no/,
      /aws sso login/,
    ],
    [
      'expired single sign-on',
      named('CredentialsProviderError', 'The SSO session has expired'),
      EXIT.access,
      /token has expired/,
      /--profile work/,
    ],
    [
      'an expired token',
      awsError('ExpiredTokenException', 'expired', 403),
      EXIT.access,
      /token has expired/,
      /sign in again/,
    ],
    [
      'unknown credentials',
      awsError('UnrecognizedClientException', 'x', 400),
      EXIT.access,
      /does not know/,
      /--profile/,
    ],
    [
      'a missing right',
      awsError('AccessDeniedException', 'not authorized to perform: sqs:ListQueues', 403),
      EXIT.access,
      /sqs:ListQueues/,
      /sluice-prod-read/,
    ],
    ['throttled calls', throttled(), EXIT.later, /throttles/, /try again/],
    [
      'no answer',
      system('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
      EXIT.later,
      /no answer from AWS at region eu-west-1/,
      /network/,
    ],
    ['a fault of AWS', awsError('InternalServerError', 'x', 500), EXIT.later, /status 500/, /try again/],
    ['a queue that is gone', awsError('QueueDoesNotExist', 'x', 400), EXIT.missing, /is gone/, /doctor/],
    ['no region', new Error('Region is missing'), EXIT.usage, /no region/, /--region/],
    [
      'a cause deep down',
      new Error('outer', { cause: new Error('inner', { cause: throttled() }) }),
      EXIT.later,
      /throttles/,
      /try/,
    ],
    ['one of several', new AggregateError([system('ECONNREFUSED', 'no')]), EXIT.later, /no answer/, /network/],
    ['an unexpected error', new TypeError('x is not a function'), EXIT.partly, /TypeError: x is not/, /--debug/],
    ['a thrown text', 'text', EXIT.partly, /Error: text/, /--debug/],
  ])('for %s', (_, error, exitCode, message, todo) => {
    const failure = explain(error, where);
    expect(failure.exitCode).toBe(exitCode);
    expect(failure.message).toMatch(message);
    expect(failure.todo).toMatch(todo);
  });

  test('for a missing file, without the error code', () => {
    expect(explain(system('ENOENT', "ENOENT: no such file or directory, open 'x'"), where)).toEqual({
      exitCode: EXIT.usage,
      message: "no such file or directory, open 'x'",
    });
  });

  test('without a profile, if none is set', () => {
    const failure = explain(named('CredentialsProviderError'), { stage: 'dev' });
    expect(failure.message).toBe('no AWS credentials were found');
  });
});
