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

describe('a failure says exactly', () => {
  const SIGN_IN = 'name a profile (--profile, AWS_PROFILE), sign in (aws sso login), or set them up (aws configure)';
  const VARIANTS =
    'unset AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and their settings in ~/.aws/config, or the endpoint';
  function holdsItself(): Error {
    const error = Object.assign(new Error('all'), { errors: [] as unknown[] });
    error.errors.push(error);
    return error;
  }
  const nested = (depth: number): Error =>
    depth === 0 ? throttled() : new Error(`level ${depth}`, { cause: nested(depth - 1) });
  const said = (exitCode: number, message: string, todo?: string) => ({
    ...{ exitCode, message },
    ...(todo !== undefined && { todo }),
  });
  const status = (code: number) => awsError('Odd', 'odd', code);

  test.each([
    ['no credentials', named('CredentialsProviderError'), said(4, 'profile "work" gives no credentials', SIGN_IN)],
    ['no token', named('TokenProviderError'), said(4, 'profile "work" gives no credentials', SIGN_IN)],
    [
      'a token that has expired',
      named('TokenProviderError', 'Token is expired.'),
      said(4, 'the session’s token has expired', 'sign in again: aws sso login --profile work'),
    ],
    [
      'a session that has expired',
      named('SSOTokenProviderFailure'),
      said(4, 'the session’s token has expired', 'sign in again: aws sso login --profile work'),
    ],
    [
      'unknown credentials',
      named('SignatureDoesNotMatch'),
      said(4, 'AWS does not know these credentials (SignatureDoesNotMatch)', 'check --profile and --region'),
    ],
    [
      'a missing right',
      named('AccessDenied', 'no'),
      said(
        4,
        'a right is missing: no',
        'ask for the policy sluice-prod-read-eu-west-1 or sluice-prod-redrive-eu-west-1 of the stage',
      ),
    ],
    [
      'no region',
      new Error('Region is missing'),
      said(2, 'no region is set', 'name one: --region, AWS_REGION, or in the profile'),
    ],
    ['a throttle by its status', status(429), said(5, 'AWS throttles the calls (Odd)', 'try again in a minute')],
    ['a server’s fault', status(500), said(5, 'AWS failed (Odd, status 500)', 'try again in a minute')],
    [
      'another status',
      status(499),
      said(1, 'Odd: odd', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    [
      'no answer, by its name',
      named('TimeoutError', 'x'),
      said(5, 'no answer from AWS at region eu-west-1 (TimeoutError)', 'check the network, --endpoint and --region'),
    ],
    [
      'something that is gone',
      named('ResourceNotFoundException', 'x'),
      said(
        3,
        'a queue or table is gone: x',
        'was it deleted meanwhile? npx sluice doctor --stage prod shows what is left',
      ),
    ],
    ['a missing job', named('NoSuchJobError', 'no job'), said(3, 'no job')],
    ['a wrong body', named('CorrectedBodyError', 'wrong'), said(2, 'wrong')],
    ['a job that changes', named('JobChangedError', 'changed'), said(5, 'changed')],
    ['a file that may not be read', system('EACCES', 'EACCES: permission denied'), said(2, 'permission denied')],
    [
      'a code that is no text',
      Object.assign(new Error('x'), { code: 7 }),
      said(1, 'Error: x', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    ['a cause five deep', nested(5), said(5, 'AWS throttles the calls (ThrottlingException)', 'try again in a minute')],
    [
      'a cause too deep',
      nested(6),
      said(1, 'Error: level 6', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    [
      'nothing at all',
      undefined,
      said(1, 'Error: undefined', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    [
      'null',
      null,
      said(1, 'Error: null', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    [
      'errors that hold themselves',
      holdsItself(),
      said(1, 'Error: all', 'this is unexpected: run the same command with --debug to see where it happened'),
    ],
    ['a code inside of the message', system('ENOENT', 'open A: b'), said(2, 'open A: b')],
    [
      'an endpoint of FIPS beside another',
      new Error('FIPS and custom endpoint are not supported'),
      said(2, 'the SDK refuses this endpoint: FIPS and custom endpoint are not supported', VARIANTS),
    ],
    [
      'one of several, behind another',
      new AggregateError([new Error('first'), throttled()], 'all'),
      said(5, 'AWS throttles the calls (ThrottlingException)', 'try again in a minute'),
    ],
  ])('for %s', (_, error, wanted) => {
    expect(explain(error, where)).toEqual(wanted);
  });

  test('where it looked, as far as that is known', () => {
    const said = 'Dualstack and custom endpoint are not supported';
    expect(explain(new Error(said), { stage: 'dev', endpoint: 'http://here' }).message).toBe(
      `the SDK refuses http://here: ${said}`,
    );
    expect(explain(named('TimeoutError'), { stage: 'dev' }).message).toBe(
      'no answer from AWS at region of the profile (TimeoutError)',
    );
    expect(explain(named('TimeoutError'), { stage: 'dev', endpoint: 'http://localhost:4566' }).todo).toBe(
      'is it still up? npm run local starts a stage on this machine; else check the network, --endpoint and --region',
    );
    expect(explain(named('ExpiredToken'), { stage: 'dev' }).todo).toBe('sign in again: aws sso login');
  });
});
