import { type Cut, replacing } from './cut.ts';

/** The schema of an error, and that its class is registered. */
const ERRORS =
  /^export var (?!TransactionCanceledException)(\w+)\$ = \[-3, n0, [\s\S]*?\];\nn0_registry\.registerError\(\1\$, \1\);$/gm;

/** What the SDK's clients hold for callers that Sluice's own code is not. */
export const SDK_CUTS: readonly Cut[] = [
  {
    name: 'classes of errors',
    // The clients of a consumer know a class for each error of all their calls. Sluice goes by an error's name, status and
    // message, which the SDK's own base class has just as well: it takes an error without a class for that. Only a
    // transaction's refusal is read further.
    edits: [
      {
        file: /[/\\]@aws-sdk[/\\]client-(dynamodb|sqs|eventbridge)[/\\]dist-es[/\\]schemas[/\\]schemas_0\.js$/,
        edit: replacing(ERRORS, ''),
      },
    ],
    // A handler's own client of the same service, whose errors it may tell apart by their class.
    neededBy: /@aws-sdk\/(client-(dynamodb|sqs|eventbridge)|lib-dynamodb)\b/,
  },
  {
    name: 'adaptive retries',
    // They slow the calls of a client down after it was throttled. Sluice's own clients make one request a call.
    edits: [
      {
        file: /[/\\]retry[/\\]util-retry[/\\]AdaptiveRetryStrategy\.js$/,
        // By a function's environment alone it may still be asked for: then it is the SDK's standard one.
        edit: () => `import { StandardRetryStrategy } from './StandardRetryStrategy';
          export class AdaptiveRetryStrategy extends StandardRetryStrategy {}`,
      },
    ],
    neededBy: /adaptive|RateLimiter|RETRY_MODE/i,
  },
];
