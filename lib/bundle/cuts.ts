import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEventStreamCommand } from './event-stream-command.ts';

/** Something of a package that Sluice's own code never uses, and that a bundle therefore lacks. */
export interface Cut {
  readonly name: string;
  /** A package that is replaced, by what, and who imports it for nothing: other importers get the real one. */
  readonly standIn?: { readonly for: string; readonly file: string; readonly importer: RegExp };
  /** Files that are shortened. */
  readonly edits?: readonly { readonly file: RegExp; readonly edit: (code: string) => string }[];
  /** Code of the user's or of a third party that needs what is cut: with it in a bundle, nothing is cut. */
  readonly neededBy: RegExp;
  /** The same for a third party's package. @default `neededBy` */
  readonly neededByPackage?: RegExp;
  /** The same for a file of the SDK. */
  readonly neededBySdk?: (file: string, text: string) => Promise<boolean>;
}

const standIn = (name: string) => fileURLToPath(new URL(`stand-ins/${name}`, import.meta.url));
/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
export const ending = extname(import.meta.url);

/** An SDK client's own file, which imports what every client can do. */
const client = (...names: string[]) =>
  new RegExp(`[/\\\\]@aws-sdk[/\\\\](${names.join('|')})[/\\\\]dist-\\w+[/\\\\](?!commands)`);

/** Each stand-in says why it is safe for Sluice's own code. */
export const CUTS: readonly Cut[] = [
  {
    name: 'credentials',
    standIn: {
      ...{ for: '@aws-sdk/credential-provider-node', file: standIn(`credentials${ending}`) },
      importer: client('client-[^/\\\\]+', 'nested-clients'),
    },
    // Profiles, single sign-on and the like: what a layer or an asset may bring with it.
    neededBy: /\bAWS_(PROFILE|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS\w+)\b/,
  },
  {
    name: 'endpoint discovery',
    standIn: {
      ...{ for: '@aws-sdk/middleware-endpoint-discovery', file: standIn(`endpoint-discovery${ending}`) },
      importer: client('client-dynamodb'),
    },
    neededBy: /endpointDiscovery|ENDPOINT_DISCOVERY/,
  },
  {
    name: 'event streams',
    standIn: {
      ...{ for: '@smithy/core/event-streams', file: standIn(`event-streams${ending}`) },
      importer: /[/\\](@aws-sdk[/\\](client-[^/\\]+|nested-clients)|@smithy[/\\]core)[/\\]/,
    },
    neededBy: /@smithy\/(core\/event-streams|eventstream-\w+)/,
    neededBySdk: isEventStreamCommand,
  },
  {
    name: 'signatures for many regions',
    standIn: {
      ...{ for: '@aws-sdk/signature-v4-multi-region', file: standIn(`signature-v4-multi-region${ending}`) },
      importer: client('client-eventbridge'),
    },
    neededBy: /signature-v4(-crt|a)\b|\bEndpointId\b/,
  },
  {
    name: 'JMESPath',
    standIn: {
      ...{ for: '@aws-lambda-powertools/jmespath', file: standIn('jmespath') },
      importer: /[/\\]@aws-lambda-powertools[/\\]idempotency[/\\]/,
    },
    neededBy: /jmespath/i,
  },
  {
    name: 'profiles',
    // The SDK looks for each setting in the environment, then in `~/.aws`. No function has those files, and looking for them
    // takes 15 ms of a cold start.
    edits: [
      {
        file: /[/\\]shared-ini-file-loader[/\\]loadSharedConfigFiles\.js$/,
        edit: () => `export { CONFIG_PREFIX_SEPARATOR } from './constants';
          export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
      },
    ],
    neededBy:
      /AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE|\bAWS_PROFILE\b|fromIni|fromSSO|fromProcess|[sS]hared(Config|-ini)|parseKnownFiles/,
  },
  {
    name: 'checksums for a Node without crypto',
    edits: ['Sha256Js', 'Md5Js'].map((name) => ({
      file: new RegExp(`[/\\\\]checksum[/\\\\]\\w+[/\\\\]${name}\\.js$`),
      edit: () => `export class ${name} { constructor() { throw new Error('this Node has no crypto'); } }`,
    })),
    neededBy: /\b(Sha256|Md5)Js\b/,
  },
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
    name: 'rate limits',
    edits: [
      {
        file: /[/\\]contract[/\\]definition[/\\]rate-limit\.[jt]s$/,
        // Never silently, as `accept`.
        edit: () => `export const checkedRateLimit = (value) => {
            if (value !== undefined) throw new Error('rateLimit is left out of the bundle');
          };`,
      },
      {
        file: /[/\\]contract[/\\]protocol[/\\]rate-limited\.[jt]s$/,
        edit: () => 'export const needsToken = undefined, limited = undefined;',
      },
      {
        file: /[/\\]engine[/\\]table[/\\]rate-limiter\.[jt]s$/,
        edit: () => 'export const makeRateLimiter = undefined;',
      },
    ],
    neededBy: /\brateLimit\b/,
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
          };`,
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
  {
    name: 'JSON Schema',
    // zod can write a schema as JSON Schema. That is for documents; a consumer does not need its 19 KB.
    edits: [
      {
        file: /[/\\]zod[/\\]v4[/\\]classic[/\\]schemas\.js$/,
        edit: replacing(/^\s*inst\._zod\.processJSONSchema = .*;$/gm, ''),
      },
      {
        file: /[/\\]zod[/\\]v4[/\\]core[/\\]to-json-schema\.js$/,
        edit: () => `export function processSchema() {
            throw new Error('JSON Schema is left out of the bundle: see lib/bundle/cuts.ts');
          }
          export { processSchema as process, processSchema as initializeContext, processSchema as extractDefs };
          export { processSchema as finalize, processSchema as handleUnrepresentable };
          export const createToJSONSchemaMethod = () => processSchema;
          export const createStandardJSONSchemaMethod = createToJSONSchemaMethod;`,
      },
    ],
    neededBy: /json[-_]?schema/i,
  },
];

/** Replaces a part of a file. @throws Error if the file does not contain it: the package has changed */
export function replacing(what: RegExp, by: string): (code: string) => string {
  return (code) => {
    const edited = code.replace(what, by);
    if (edited === code) throw new Error(`nothing in it matches ${what}: look at lib/bundle`);
    return edited;
  };
}
