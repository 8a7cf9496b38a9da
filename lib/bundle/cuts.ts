import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cut, replacing } from './cut.ts';
import { isEventStreamCommand } from './event-stream-command.ts';
import { OWN_CUTS } from './own-cuts.ts';
import { SDK_CUTS } from './sdk-cuts.ts';

const standIn = (name: string) => fileURLToPath(new URL(`stand-ins/${name}`, import.meta.url));
/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
export const ending = extname(import.meta.url);

/** An SDK client's own file, which imports what every client can do. */
const client = (...names: string[]) =>
  new RegExp(`[/\\\\]@aws-sdk[/\\\\](${names.join('|')})[/\\\\]dist-\\w+[/\\\\](?!commands)`);

/** Each stand-in says why it is safe for Sluice's own code. */
export const CUTS: readonly Cut[] = [
  ...SDK_CUTS,
  ...OWN_CUTS,
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
    name: 'idempotency records',
    // Powertools' layer makes records, hashes and a cache. The engine's layer is one of its steps, and has the job's item instead.
    edits: [
      {
        file: /[/\\]idempotency[/\\]lib[/\\]esm[/\\]persistence[/\\]BasePersistenceLayer\.js$/,
        edit: () => 'export class BasePersistenceLayer { configure() {} }',
      },
    ],
    neededBy: /powertools\/idempotency|\bBasePersistenceLayer\b/,
  },
  {
    name: 'form of log lines',
    // The engine's logger, and its children that handlers log by, have Sluice's own.
    edits: [
      {
        file: /[/\\]logger[/\\]lib[/\\]esm[/\\]formatter[/\\]PowertoolsLogFormatter\.js$/,
        edit: () => 'export const PowertoolsLogFormatter = undefined;',
      },
    ],
    neededBy: /powertools\/logger/,
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
