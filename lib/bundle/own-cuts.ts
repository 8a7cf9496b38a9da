import type { Cut } from './cut.ts';

/** What a consumer needs of Sluice itself only if its definition or handler says so, or what is checked at synth. */
export const OWN_CUTS: readonly Cut[] = [
  {
    name: 'schedules',
    // They are read and checked where the stack is built, from the same definition: a function needs none of it.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]schedule\.[jt]s$/,
        edit: () => `export const checkedSchedules = (value = []) => Object.freeze([...value]);`,
      },
    ],
    neededBy: /\bcheckedSchedules\b/,
  },
  {
    name: 'alarm thresholds',
    // The same. A file that names alarms may read their defaults.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]alarm-thresholds\.[jt]s$/,
        edit: () => `export const checkedAlarms = (value) => Object.freeze({ ...value });
          export const checkReachable = () => undefined;`,
      },
    ],
    neededBy: /\balarms\b/,
  },
  {
    name: 'values that a schema makes',
    // The same: where the stack is built, a definition is refused whose schema makes another value each time.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]repeatable\.[jt]s$/,
        edit: () => `export const madeValueIn = () => undefined;`,
      },
    ],
    neededBy: /\bmadeValueIn\b/,
  },
  {
    name: 'rate limits',
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]rate-limit\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedRateLimit = (limit) => {
            if (limit !== undefined) throw new Error('rate limits are left out: write rateLimit as \`rateLimit\`');
          };`,
      },
      {
        file: /[/\\]contract[/\\]protocol[/\\]rate-limited\.[jt]s$/,
        edit: () => `export const limited = undefined, turnOf = undefined;`,
      },
      {
        file: /[/\\]engine[/\\]table[/\\]rate-limiter\.[jt]s$/,
        edit: () => `export const makeRateLimiter = undefined;`,
      },
    ],
    neededBy: /\brateLimit\b/,
  },
  {
    name: 'options of jobs that expire',
    // What a message says itself holds for every type.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]expiry\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedExpiry = ({ startWithinSeconds, expired }) => {
            if ((startWithinSeconds ?? expired) === undefined) return {};
            throw new Error('startWithinSeconds and expired are left out of the bundle');
          };`,
      },
    ],
    neededBy: /\b(startWithinSeconds|expired)\s*(:|[,}])/,
    // A word that packages use. One with definitions imports what makes them.
    neededByPackage: /\bdefineJob\b/,
  },
  {
    name: 'circuit breakers',
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]breaker\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedBreaker = (breaker) => {
            if (breaker !== undefined) throw new Error('circuit breakers are left out: write breaker as \`breaker\`');
          };`,
      },
      {
        file: /[/\\]engine[/\\]table[/\\]breaker[/\\](breaker|choice)\.[jt]s$/,
        edit: () => `export const makeBreaker = undefined, underBreaker = undefined;`,
      },
      {
        file: /[/\\]engine[/\\]job[/\\]breaker\.[jt]s$/,
        edit: () => `export const failureOfProbe = undefined, attemptCompleted = undefined, attemptFailed = undefined;
          export const endBatch = undefined;`,
      },
    ],
    neededBy: /\bbreaker\b/,
  },
  {
    name: 'foreign messages',
    // Only a type with `accept` reads what others wrote.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]accept\.[jt]s$/,
        // Never silently: a function is loaded before it is deployed (`BundleDoesNotLoad`).
        edit: () => `export const checkedAccept = ({ accept }) => {
            if (accept === undefined) return {};
            throw new Error('accept is left out of the bundle: write it in the definition as \`accept\`');
          };`,
      },
      ...['accept', 'split'].map((file) => ({
        file: new RegExp(`[/\\\\]engine[/\\\\]message[/\\\\]${file}\\.[jt]s$`),
        edit: () => `export const readForeign = undefined, splitMessage = undefined;`,
      })),
    ],
    // As an option, not as the header of a request, whose value is a text.
    neededBy: /\baccept\s*(:(?!\s*['"`])|[(,}])|\bfrom(S3Notification|Sns|EventBridge|Raw)\b/,
    // A package may have methods of this name, as Stripe's has. One with definitions imports what makes them.
    neededByPackage: /\bdefineJob\b|\bfrom(S3Notification|Sns|EventBridge|Raw)\b/,
  },
  {
    name: 'bodies of extended clients',
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]extended-from\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedExtendedFrom = ({ extendedFrom }) => {
            if (extendedFrom === undefined) return {};
            throw new Error('extendedFrom is left out of the bundle');
          };`,
      },
    ],
    neededBy: /\bextendedFrom\b/,
  },
  {
    name: 'flows',
    // Only a type with `handsOn` has jobs in flows: any other refuses a message with `then` or `flow`, whatever is in them.
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]hands-on\.[jt]s$/,
        edit: () => `export const checkedHandsOn = () => {
            throw new Error('flows are left out: write handsOn as \`handsOn\`');
          };`,
      },
      {
        file: /[/\\]contract[/\\]protocol[/\\]flow-fields\.[jt]s$/,
        edit: () => `import { notInFlow } from './not-in-flow';
          export const checkFlowFields = () => undefined;
          export const flowRefusal = ({ then, flow }, { type }) => then || flow ? notInFlow(type) : undefined;`,
      },
      {
        // It needs `handsOn` beside it.
        file: /[/\\]contract[/\\]definition[/\\]answers\.[jt]s$/,
        edit: () => `export const checkedAnswers = ({ answers }) => {
            if (answers === undefined) return {};
            throw new Error('answers needs handsOn');
          };`,
      },
      { file: /[/\\]engine[/\\]flow[/\\]index\.[jt]s$/, edit: () => `export const makeFlowPart = undefined;` },
    ],
    neededBy: /\bhandsOn\b/,
  },
  {
    name: 'optimistic begins',
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]begin-option\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedBegin = ({ begin = 'claimed' }) => {
            if (begin === 'claimed') return begin;
            throw new Error('begin is left out of the bundle');
          };
          export const deadlineRefusal = () => undefined;`,
      },
      {
        file: /[/\\]contract[/\\]protocol[/\\]unclaimed\.[jt]s$/,
        edit: () => 'export const beginUnclaimed = undefined;',
      },
      {
        file: /[/\\]engine[/\\]job[/\\]unclaimed\.[jt]s$/,
        edit: () => `export const endUnclaimed = undefined, claimNow = undefined, followOther = undefined, mayHaveStalled = undefined;
          export const lostOr = () => ({ kind: 'lost' });`,
      },
    ],
    neededBy: /\boptimistic\b/,
  },
  ...(['step', 'durable'] as const).map((kind) => ({
    name: `answers to ${kind} functions`,
    // Only a type whose `answers` names them.
    edits: [
      {
        file: new RegExp(`[/\\\\]engine[/\\\\]flow[/\\\\]${kind}-functions\\.[jt]s$`),
        edit: () => 'export const tellStepFunctions = undefined, tellDurableFunctions = undefined;',
      },
    ],
    neededBy: new RegExp(`\\b${kind}Functions\\b`),
  })),
];
