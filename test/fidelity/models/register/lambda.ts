import { FUNCTION_MAX_SECONDS } from '../../../../lib/contract/definition/queue-settings.ts';
import { TOKEN_LENGTHS } from '../../../../lib/contract/protocol/flow-fields.ts';
import { MAX_RESULT_BYTES } from '../../../../lib/contract/protocol/job-item.ts';
import { MAX_ERROR } from '../../../../lib/engine/flow/answers.ts';
import { DEFAULTS } from '../../../../lib/infra/checks/queue-rules.ts';
import { MAX_NAMES } from '../../../../lib/infra/name-lengths.ts';
import { type Bound, model, recorded, text, words } from '../bound.ts';
import { defaults, jobOf, quota } from './ours.ts';

const BATCH = 'CreateEventSourceMappingRequest.BatchSize';
const WINDOW = 'CreateEventSourceMappingRequest.MaximumBatchingWindowInSeconds';

const EVENT_SOURCE: readonly Bound[] = [
  {
    what: 'batchSize of a job',
    ours: { takes: (batchSize) => jobOf({ batchSize, batchWindowSeconds: 1 }), end: 'most' },
    from: text('lambda', BATCH, /For standard queues the max is ([\d,]+)/),
  },
  {
    what: 'batchSize of a job without a window',
    ours: { takes: (batchSize) => jobOf({ batchSize }), end: 'most' },
    from: text('lambda', WINDOW, /set BatchSize to a value greater than (\d+)/),
  },
  {
    what: 'batchSize of a job that sets none',
    ours: { is: defaults.batchSize },
    from: recorded('esm-create-defaults', /"BatchSize":(\d+)/),
  },
  {
    what: 'batchWindowSeconds of a job',
    ours: { takes: (batchWindowSeconds) => jobOf({ batchWindowSeconds }), end: 'most' },
    from: text('lambda', WINDOW, /from 0 seconds to (\d+) seconds/),
  },
  {
    what: 'maxConcurrency of a job, its most',
    ours: { takes: (maxConcurrency) => jobOf({ maxConcurrency }), end: 'most' },
    from: model('lambda', 'MaximumConcurrency', 'max'),
  },
  {
    what: 'maxConcurrency of a job, its least',
    ours: { takes: (maxConcurrency) => jobOf({ maxConcurrency }), end: 'least' },
    from: model('lambda', 'MaximumConcurrency', 'min'),
  },
  {
    what: 'provisionedPollers.min of a job, its least',
    ours: { takes: (min) => jobOf({ provisionedPollers: { min, max: 200 } }), end: 'least' },
    from: text(
      'lambda',
      'ProvisionedPollerConfig.MinimumPollers',
      /SQS events source mappings, default is 2, and minimum (\d+)/,
    ),
  },
  {
    what: 'provisionedPollers.min of a job, its most',
    ours: { takes: (min) => jobOf({ provisionedPollers: { min, max: 2000 } }), end: 'most' },
    from: model('lambda', 'MinimumNumberOfPollers', 'max'),
  },
  {
    // AWS takes 10,000 by now; the CDK still refuses more than 2,000.
    what: 'provisionedPollers.max of a job',
    ours: { within: 2000 },
    from: text(
      'lambda',
      'ProvisionedPollerConfig.MaximumPollers',
      /SQS event source mappings, the accepted range is between 2 and ([\d,]+)/,
    ),
  },
  {
    what: 'failures of single messages',
    ours: { words: ['ReportBatchItemFailures'] },
    from: words('lambda', 'FunctionResponseType'),
  },
];

const FUNCTION: readonly Bound[] = [
  {
    what: 'the life of an invocation, seconds (FUNCTION_MAX_SECONDS)',
    ours: { is: FUNCTION_MAX_SECONDS },
    from: text('lambda', 'CreateFunctionRequest.Timeout', /maximum allowed value is (\d+) seconds/),
  },
  {
    what: 'a function’s timeout that a rule assumes, seconds (queue-rules)',
    ours: { is: DEFAULTS.timeoutSeconds },
    from: text('lambda', 'CreateFunctionRequest.Timeout', /default is (\d+) seconds/),
  },
  {
    what: 'memoryMb of a job, its least',
    ours: { takes: (memoryMb) => jobOf({ memoryMb }), end: 'least' },
    from: model('lambda', 'MemorySize', 'min'),
  },
  // Functions on managed instances have up to 32,768.
  { what: 'memoryMb of a job, its most', ours: { within: 10_240 }, from: model('lambda', 'MemorySize', 'max') },
  {
    what: 'a function’s name, characters (MAX_NAMES and two hyphens)',
    ours: { is: MAX_NAMES + 2 },
    from: text(
      'lambda',
      'CreateFunctionRequest.FunctionName',
      /only the function name, it is limited to (\d+) characters/,
    ),
  },
  {
    what: 'a function’s name, characters (QUOTAS)',
    ours: { is: quota('AWS::Lambda::Function', 'FunctionName') },
    from: text(
      'lambda',
      'CreateFunctionRequest.FunctionName',
      /only the function name, it is limited to (\d+) characters/,
    ),
  },
  {
    what: 'a function’s description, characters (QUOTAS)',
    ours: { is: quota('AWS::Lambda::Function', 'Description') },
    from: model('lambda', 'Description', 'max'),
  },
  {
    what: 'a function’s environment, bytes (QUOTAS)',
    ours: {
      differs: (kb) =>
        quota('AWS::Lambda::Function', 'Environment.Variables') === Number(kb) * 1024 ? undefined : `AWS says ${kb} KB`,
    },
    from: recorded('lambda-environment-4k', /exceeded the (\d+)KB limit/),
  },
  {
    what: 'what a function runs on',
    ours: { words: ['nodejs24.x'] },
    from: words('lambda', 'Runtime'),
  },
  { what: 'its processor', ours: { words: ['arm64', 'x86_64'] }, from: words('lambda', 'Architecture') },
  { what: 'the form of its log', ours: { words: ['JSON'] }, from: words('lambda', 'LogFormat') },
];

const ANSWERS: readonly Bound[] = [
  {
    what: 'a token of Step Functions (TOKEN_LENGTHS)',
    ours: { is: TOKEN_LENGTHS.taskToken ?? 0 },
    from: model('sfn', 'TaskToken', 'max'),
  },
  {
    what: 'a callback id of Lambda (TOKEN_LENGTHS)',
    ours: { is: TOKEN_LENGTHS.durableCallbackId ?? 0 },
    from: model('lambda', 'CallbackId', 'max'),
  },
  {
    what: 'the error that a task fails with (MAX_ERROR)',
    ours: { is: MAX_ERROR },
    from: model('sfn', 'SensitiveError', 'max'),
  },
  {
    what: 'a result that a task ends with, bytes (MAX_RESULT_BYTES)',
    ours: { within: MAX_RESULT_BYTES },
    from: model('sfn', 'SensitiveData', 'max'),
  },
  {
    what: 'a result that a callback ends with, bytes (MAX_RESULT_BYTES)',
    ours: { within: MAX_RESULT_BYTES },
    from: text('lambda', 'SendDurableExecutionCallbackSuccessRequest.Result', /Maximum size is (\d+) MB/, 1024 * 1024),
  },
];

export const LAMBDA: readonly Bound[] = [...EVENT_SOURCE, ...FUNCTION, ...ANSWERS];
