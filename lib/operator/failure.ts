import { isThrottle } from '../aws/errors.ts';
import { names } from '../contract/names.ts';
import { flagsOf, isEmulator } from './aws.ts';
import { isMissing } from './stage.ts';

/** Exit codes of the command. */
export const EXIT = {
  done: 0,
  /** Done in part, or a fault was found: refused jobs, findings of `doctor`, a `drain` that did not end. */
  partly: 1,
  /** The command, a file or a payload is wrong. */
  usage: 2,
  /** No such stage, job type or job. */
  missing: 3,
  /** No credentials, expired credentials, or a missing right. */
  access: 4,
  /** AWS throttled, failed or did not answer: the same command may succeed later. */
  later: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What went wrong, and what to do. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly todo?: string;
}

/** Where the command looked: its advice names it. */
export interface Whereabouts {
  readonly stage: string;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** What names it on a command line. @default `--stage` and its name */
  readonly flags?: string | undefined;
}

const OURS_MISSING = /^(NoSuchStageError|NoSuchTypeError|NoSuchJobError|NoSuchScheduleError)$/;
const OURS_USAGE =
  /^(UsageError|InvalidTextError|InvalidMessageError|InvalidPayloadError|MessageTooLargeError|RetiredTypeError|CorrectedBodyError|JobDefinitionError|NewJobTypeError|NoCallbackError|CatalogueError|InvalidPlaceError|InsightsError|ScheduleError|NoBreakerError)$/;
const OURS_LATER = /^(JobChangedError|BreakerChangedError|ThrottledReadError|SwitchTimeoutError)$/;
const EXPIRED = /ExpiredToken|RequestExpired|TokenRefreshRequired|SSOTokenProviderFailure/;
const UNKNOWN_CLIENT =
  /UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|AuthFailure/;
const DENIED = /AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden/;
const NO_ANSWER =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|TimeoutError|NetworkingError|socket hang up/;
/** The SDK's refusal of an endpoint beside `AWS_USE_FIPS_ENDPOINT` or `AWS_USE_DUALSTACK_ENDPOINT`. */
const CUSTOM_ENDPOINT = /(FIPS|Dual ?stack) and custom endpoint are not supported/i;
const CHECK_NETWORK = 'check the network, --endpoint and --region';
const STILL_UP = 'is it still up? npm run local starts a stage on this machine';
const FILE = /^(ENOENT|EACCES|EISDIR|EEXIST|ENOTDIR)$/;

/**
 * Explains a failure: what went wrong in one line, and what to do. It takes the first known error among the error and its
 * causes. It never shows a payload: no error of Sluice or of the SDK quotes one.
 */
export function explain(error: unknown, where: Whereabouts): Failure {
  for (const one of causes(error)) {
    const known = explainOne(one, where);
    if (known !== undefined) return known;
  }
  const { name, message } = toNamed(error);
  const todo = 'this is unexpected: run the same command with --debug to see where it happened';
  return { exitCode: EXIT.partly, message: `${name}: ${message}`, todo };
}

interface Named {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number | undefined;
}

function toNamed(error: unknown): Named {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: '', status: undefined };
  const { name, message, code, $metadata } = error as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return { name, message, code: typeof code === 'string' ? code : '', status: $metadata?.httpStatusCode };
}

/** An error, its causes, and those of an aggregate. */
function* causes(error: unknown, depth = 0): Generator<unknown> {
  if (depth > 5 || error === undefined || error === null) return;
  yield error;
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  yield* causes(cause, depth + 1);
  if (Array.isArray(errors)) for (const one of errors) yield* causes(one, depth + 1);
}

function explainOne(error: unknown, where: Whereabouts): Failure | undefined {
  const named = toNamed(error);
  return ourOwn(named) ?? access(named, where) ?? service(named, error, where);
}

function ourOwn({ name, message, code }: Named): Failure | undefined {
  if (OURS_MISSING.test(name)) return { exitCode: EXIT.missing, message };
  if (OURS_USAGE.test(name)) return { exitCode: EXIT.usage, message };
  if (OURS_LATER.test(name)) return { exitCode: EXIT.later, message };
  if (FILE.test(code)) return { exitCode: EXIT.usage, message: message.replace(/^[A-Z]+: /, '') };
  return undefined;
}

function access({ name, message }: Named, where: Whereabouts): Failure | undefined {
  const exitCode = EXIT.access;
  const profile = where.profile === undefined ? '' : ` --profile ${where.profile}`;
  if (EXPIRED.test(name) || (/Credentials|Token/.test(name) && /expired/i.test(message))) {
    return { exitCode, message: 'the session’s token has expired', todo: `sign in again: aws sso login${profile}` };
  }
  if (/CredentialsProviderError|CredentialsError|TokenProviderError/.test(name)) {
    const what =
      where.profile === undefined ? 'no AWS credentials were found' : `profile "${where.profile}" gives no credentials`;
    const todo = 'name a profile (--profile, AWS_PROFILE), sign in (aws sso login), or set them up (aws configure)';
    return { exitCode, message: what, todo };
  }
  if (UNKNOWN_CLIENT.test(name)) {
    return { exitCode, message: `AWS does not know these credentials (${name})`, todo: 'check --profile and --region' };
  }
  if (!DENIED.test(name)) return undefined;
  const policy = (kind: 'read' | 'redrive') => names.operatorPolicy(where.stage, kind, where.region ?? '<region>');
  const todo = `ask for the policy ${policy('read')} or ${policy('redrive')} of the stage`;
  return { exitCode, message: `a right is missing: ${message}`, todo };
}

function service({ name, message, code, status }: Named, error: unknown, where: Whereabouts): Failure | undefined {
  if (/Region is missing/.test(message)) {
    return {
      exitCode: EXIT.usage,
      message: 'no region is set',
      todo: 'name one: --region, AWS_REGION, or in the profile',
    };
  }
  if (CUSTOM_ENDPOINT.test(message)) {
    const todo =
      'unset AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and their settings in ~/.aws/config, or the endpoint';
    return { exitCode: EXIT.usage, message: `the SDK refuses ${where.endpoint ?? 'this endpoint'}: ${message}`, todo };
  }
  if (isThrottle(name) || status === 429) {
    return { exitCode: EXIT.later, message: `AWS throttles the calls (${name})`, todo: 'try again in a minute' };
  }
  if (NO_ANSWER.test(`${name} ${code} ${message}`)) {
    const at = where.endpoint ?? `region ${where.region ?? 'of the profile'}`;
    return {
      exitCode: EXIT.later,
      message: `no answer from AWS at ${at} (${code || name})`,
      todo: isEmulator(where.endpoint) ? `${STILL_UP}; else ${CHECK_NETWORK}` : CHECK_NETWORK,
    };
  }
  if (isMissing(error)) {
    const todo = `was it deleted meanwhile? npx sluice doctor${flagsOf({ name: where.stage, flags: where.flags })} shows what is left`;
    return { exitCode: EXIT.missing, message: `a queue or table is gone: ${message}`, todo };
  }
  if (status === undefined || status < 500) return undefined;
  return { exitCode: EXIT.later, message: `AWS failed (${name}, status ${status})`, todo: 'try again in a minute' };
}
