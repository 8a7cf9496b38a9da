/** A folder, or some files of one, with the rooms that its files may import beside their own. */
export interface Room {
  readonly name: string;
  /** Regular expression of its files' paths. */
  readonly files: string;
  readonly imports: readonly string[];
}

/** All files of a folder, without its subfolders. */
const folder = (name: string, imports: readonly string[]): Room => ({ name, files: `^${name}/[^/]+$`, imports });

/** Some files of a folder, by their names without the ending. */
const files = (name: string, inFolder: string, names: readonly string[], imports: readonly string[]): Room => ({
  ...{ name, files: `^${inFolder}/(${names.join('|')})\\.ts$`, imports },
});

/** The other files of a folder, of which some are in rooms of their own. */
const others = (name: string, elsewhere: readonly string[], imports: readonly string[]): Room => ({
  ...{ name, files: `^${name}/(?!(${elsewhere.join('|')})\\.ts$)[^/]+$`, imports },
});

const WORDS = ['brand', 'errors', 'job', 'message-attributes', 'names', 'payload-ref', 'sqs-limits', 'thrown'];
const AWS_WIRE = ['plain-json', 'sha256'];
const ENGINE_BASICS = ['clock', 'environment', 'flow-types', 'job-context', 'resolvers', 'shutdown', 'under-way'];
const ENGINE_ENTRIES = ['consumer', 'dispatcher', 'index'];
const INFRA_ARNS = ['arns', 'leave-out', 'name-lengths'];
const INFRA_SETTINGS = ['stage-settings'];
const OPERATOR_BASICS = [
  'alarms',
  'aws',
  'breaker',
  'elsewhere',
  'failure',
  'job-table',
  'json-place',
  'json-text',
  'keeps-data',
  'lazy-s3',
  'metric-history',
  'pace',
  'payloads',
  'stage',
  'visible',
];
const LOCAL_BASICS = [
  ...[
    'cleanup',
    'client-config',
    'command',
    'errors',
    'health',
    'install-once',
    'log-line',
    'mailbox',
    'owned-process',
    'places',
  ],
  ...['python', 'stack-progress', 'synth-warnings', 'zip'],
];
const BIN_BASICS = ['local-stage', 'project', 'visible'];
const CONSOLE_BASICS = [
  ...[
    'checked',
    'connection',
    'definition-of',
    'desk',
    'feed',
    'feeds',
    'options',
    'samples',
    'security',
    'session',
    'trouble',
  ],
];
const MCP_BASICS = ['answer', 'definitions', 'inputs', 'tool'];
const CONSOLE_ENTRIES = ['api', 'operations-api', 'index'];
const LOCAL_COMMANDS = ['local', 'tour'];

const contract = ['contract: words', 'lib/contract/definition', 'lib/contract/protocol', 'lib/contract'];
const engineRooms = ['job', 'message', 'table', 'calls', 'retries', 'telemetry', 'flow'].map(
  (room) => `lib/engine/${room}`,
);
const engine = ['engine: basics', 'lib/engine', ...engineRooms];
const console = [...contract, 'lib/aws', 'lib/bundle', 'lib/producer', 'lib/operator', 'lib/operator/authoring'];
const infraParts = ['access', 'checks', 'functions', 'job', 'monitoring', 'stages'].map((room) => `lib/infra/${room}`);
const awsModels = ['lib/testing/aws', 'lib/testing/aws/sqs', 'lib/testing/aws/dynamodb', 'lib/testing/aws/lambda'];

/** Every source file stands in one of these. A room may import those that are listed, and packages. */
export const ROOMS: readonly Room[] = [
  files('contract: words', 'lib/contract', WORDS, []),
  folder('lib/contract/definition', ['contract: words']),
  folder('lib/contract/protocol', ['contract: words', 'lib/contract/definition']),
  others('lib/contract', WORDS, ['contract: words', 'lib/contract/definition', 'lib/contract/protocol']),

  files('aws: wire', 'lib/aws', AWS_WIRE, []),
  folder('lib/aws/short', ['aws: wire']),
  others('lib/aws', AWS_WIRE, ['contract: words', 'aws: wire', 'lib/aws/short']),

  folder('lib/bundle', []),
  folder('lib/bundle/stand-ins', []),
  folder('lib/bundle/stand-ins/jmespath', []),

  files('engine: basics', 'lib/engine', ENGINE_BASICS, contract),
  folder('lib/engine/telemetry', [...contract, 'engine: basics']),
  folder('lib/engine/calls', [...contract, 'lib/aws', 'engine: basics']),
  folder('lib/engine/table/breaker', [...contract, 'lib/aws', 'engine: basics', 'lib/engine/calls']),
  folder('lib/engine/table', [
    ...contract,
    'lib/aws',
    'engine: basics',
    'lib/engine/calls',
    'lib/engine/table/breaker',
  ]),
  others(
    'lib/engine',
    [...ENGINE_BASICS, ...ENGINE_ENTRIES],
    [...contract, 'lib/aws', 'engine: basics', 'lib/engine/calls', 'lib/engine/table', 'lib/engine/telemetry'],
  ),
  folder('lib/engine/message', [...contract, 'lib/aws', 'engine: basics', 'lib/engine', 'lib/engine/calls']),
  folder('lib/engine/job', [
    ...[...contract, 'lib/aws', 'engine: basics', 'lib/engine'],
    ...[
      'lib/engine/message',
      'lib/engine/table/breaker',
      'lib/engine/table',
      'lib/engine/calls',
      'lib/engine/telemetry',
    ],
  ]),
  folder('lib/engine/retries', [
    ...[...contract, 'lib/aws', 'engine: basics'],
    ...['lib/engine/message', 'lib/engine/table', 'lib/engine/calls'],
  ]),
  folder('lib/engine/flow', [
    ...[...contract, 'lib/aws', 'engine: basics', 'lib/engine'],
    ...['lib/engine/message', 'lib/engine/table', 'lib/engine/calls', 'lib/engine/retries'],
  ]),
  files('engine: entries', 'lib/engine', ENGINE_ENTRIES, [...contract, 'lib/aws', ...engine]),

  folder('lib/producer', [...contract, 'lib/aws']),
  folder('lib/schedules', [...contract, 'lib/aws', 'lib/producer']),
  folder('lib/client', [...contract, 'lib/aws']),

  files('operator: basics', 'lib/operator', OPERATOR_BASICS, [...contract, 'lib/aws', 'lib/client']),
  folder('lib/operator/jobs', [...contract, 'lib/aws', 'lib/bundle', 'lib/client', 'operator: basics']),
  folder('lib/operator/dead-letters', [...contract, 'lib/aws', 'operator: basics', 'lib/operator/jobs']),
  folder('lib/operator/flows', [...contract, 'lib/aws', 'operator: basics', 'lib/operator/jobs']),
  folder('lib/operator/parked', [
    ...contract,
    'lib/aws',
    'operator: basics',
    'lib/operator/jobs',
    'lib/operator/flows',
  ]),
  folder('lib/operator/queues', [
    ...contract,
    'lib/aws',
    'operator: basics',
    'lib/operator/jobs',
    'lib/operator/flows',
  ]),
  folder('lib/operator/doctor', [
    ...[...contract, 'lib/aws', 'operator: basics', 'lib/operator/jobs', 'lib/operator/flows', 'lib/operator/queues'],
  ]),
  folder('lib/operator/schedules', [...contract, 'lib/aws', 'lib/schedules', 'operator: basics', 'lib/operator/jobs']),
  folder('lib/operator/authoring', contract),
  others('lib/operator', OPERATOR_BASICS, [
    ...[...contract, 'lib/aws', 'lib/bundle', 'lib/producer', 'lib/schedules', 'operator: basics'],
    ...['lib/operator/jobs', 'lib/operator/flows', 'lib/operator/dead-letters', 'lib/operator/queues'],
    ...['lib/operator/doctor', 'lib/operator/schedules'],
    ...['lib/operator/parked', 'lib/operator/doctor'],
  ]),

  // What server and page say to each other: types alone.
  files('console: api', 'lib/console', ['api', 'operations-api'], ['lib/operator']),
  folder('lib/console/page/base', ['console: api']),
  folder('lib/console/page/parts', ['console: api', 'lib/console/page/base']),
  folder('lib/console/page/frame', ['console: api', 'lib/console/page/base', 'lib/console/page/parts']),
  folder('lib/console/page/json', []),
  folder('lib/console/page/select', ['lib/console/page/parts']),
  folder('lib/console/page/form', [
    ...['console: api', 'lib/console/page/base', 'lib/console/page/parts'],
    ...['lib/console/page/json', 'lib/console/page/select'],
  ]),
  {
    name: 'console: a page',
    files: '^lib/console/page/(?!(base|parts|frame|json|select|form)/)[^/]+/[^/]+$',
    imports: [
      ...['console: api', 'lib/console/page/base', 'lib/console/page/parts'],
      ...['lib/console/page/json', 'lib/console/page/select', 'lib/console/page/form'],
    ],
  },
  folder('lib/console/page', [
    ...['console: api', 'lib/console/page/base', 'lib/console/page/parts', 'lib/console/page/frame'],
    'console: a page',
  ]),
  files('console: basics', 'lib/console', CONSOLE_BASICS, [...console, 'console: api']),
  folder('lib/console/operations', [...console, 'console: api', 'console: basics']),
  others(
    'lib/console',
    [...CONSOLE_BASICS, ...CONSOLE_ENTRIES],
    [...[...console, 'console: api', 'console: basics', 'lib/console/operations']],
  ),
  folder('lib/console/routes', [
    ...[...console, 'console: api', 'console: basics', 'lib/console/operations', 'lib/console'],
  ]),
  files(
    'console: entry',
    'lib/console',
    ['index'],
    [...['console: api', 'console: basics', 'lib/console/operations', 'lib/console', 'lib/console/routes']],
  ),

  files('mcp: basics', 'lib/mcp', MCP_BASICS, [...contract, 'operator: basics', 'lib/operator']),
  folder('lib/mcp/look', [...contract, 'lib/operator', 'lib/operator/authoring', 'mcp: basics']),
  folder('lib/mcp/change', [
    ...[...contract, 'lib/operator', 'mcp: basics'],
    // It changes what the console changes, by the same plans.
    ...['console: api', 'console: basics', 'lib/console/operations'],
  ]),
  others('lib/mcp', MCP_BASICS, ['lib/operator', 'mcp: basics', 'lib/mcp/look', 'lib/mcp/change']),

  files('infra: names', 'lib/infra', INFRA_ARNS, contract),
  folder('lib/infra/checks', [...contract, 'lib/bundle']),
  folder('lib/infra/access', [...contract, 'infra: names', 'lib/infra/checks']),
  folder('lib/infra/monitoring', [...contract, 'infra: names']),
  folder('lib/infra/stages', contract),
  folder('lib/config', [...contract, 'lib/infra/stages']),
  files('infra: settings', 'lib/infra', INFRA_SETTINGS, [...contract, 'lib/infra/access', 'lib/infra/monitoring']),
  folder('lib/infra/functions', [
    ...[...contract, 'lib/bundle', 'infra: names', 'infra: settings', 'lib/infra/access', 'lib/infra/checks'],
  ]),
  folder('lib/infra/job', [
    ...[...contract, 'lib/bundle', 'infra: names', 'infra: settings'],
    ...['lib/infra/access', 'lib/infra/checks', 'lib/infra/functions', 'lib/infra/monitoring'],
  ]),
  others(
    'lib/infra',
    [...INFRA_ARNS, ...INFRA_SETTINGS],
    [...contract, 'lib/config', 'infra: names', 'infra: settings', ...infraParts],
  ),

  folder('lib/testing/aws', ['lib/aws', 'engine: basics']),
  folder('lib/testing/aws/sqs', ['engine: basics', 'lib/testing/aws']),
  folder('lib/testing/aws/dynamodb', [...contract, 'lib/aws', 'engine: basics', 'lib/testing/aws']),
  folder('lib/testing/aws/lambda', ['lib/aws', 'engine: basics', 'lib/testing/aws', 'lib/testing/aws/sqs']),
  files('testing: clock', 'lib/testing', ['virtual-clock'], ['engine: basics', 'lib/testing/aws/sqs']),
  folder('lib/testing/simulation', [...contract, 'lib/aws', 'lib/producer', ...engine, ...awsModels, 'testing: clock']),
  folder('lib/testing/test-job', [...contract, 'lib/aws', ...engine, ...awsModels, 'testing: clock']),
  others(
    'lib/testing',
    ['virtual-clock'],
    [
      ...[...contract, 'engine: basics', ...awsModels, 'testing: clock'],
      ...['lib/testing/simulation', 'lib/testing/test-job'],
    ],
  ),

  {
    name: 'a job type',
    files: '^functions/[^/]+/(?!resources\\.ts$)[^/]+$',
    // `bundle.ts` imports the last.
    imports: [...contract, 'engine: basics', 'engine: entries', 'lib/producer', 'lib/bundle'],
  },
  {
    name: 'resources of a job type',
    files: '^functions/[^/]+/resources\\.ts$',
    imports: ['a job type', 'infra: settings', 'lib/infra', 'lib/infra/access', 'lib/infra/checks', 'lib/infra/job'],
  },
  folder('functions', [...contract, 'a job type']),

  files('bin: basics', 'bin/cli', BIN_BASICS, ['lib/config', 'operator: basics']),

  others('bin/cli', BIN_BASICS, [
    ...[...contract, 'lib/config', 'lib/operator', 'console: basics', 'console: entry', 'bin: basics'],
  ]),

  files('localstack: basics', 'localstack', LOCAL_BASICS, ['lib/bundle', 'bin: basics']),
  folder('localstack/host', ['localstack: basics']),
  folder('localstack/stand-ins', []),
  others(
    'localstack',
    [...LOCAL_BASICS, ...LOCAL_COMMANDS],
    [
      ...['contract: words', 'lib/bundle', 'lib/config', 'bin: basics', 'bin/cli', 'localstack: basics'],
      ...['localstack/host', 'localstack/stand-ins'],
    ],
  ),
  folder('localstack/tour', [...contract, 'localstack: basics', 'localstack']),
  files('localstack: commands', 'localstack', LOCAL_COMMANDS, [
    ...['contract: words', 'localstack: basics', 'localstack', 'localstack/tour'],
  ]),

  // What the verbs print with --json, for programs that read it.
  folder('bin/schemas', []),
  folder('bin/cli/completion', ['bin/cli', 'bin/schemas']),
  folder('bin/cli/verbs', [
    ...[...contract, 'lib/operator', 'lib/operator/authoring', 'localstack: basics', 'localstack'],
    ...['lib/mcp', 'bin: basics', 'bin/cli', 'bin/cli/completion', 'bin/schemas', 'lib/config'],
  ]),
  folder('bin', [
    ...[...contract, 'functions', 'lib/infra', 'lib/infra/job', 'lib/infra/stages'],
    ...['lib/operator', 'bin: basics', 'bin/cli', 'bin/cli/verbs'],
  ]),
];

/** The rooms that a file stands in. Exactly one is right. */
export const roomsOf = (path: string): Room[] => ROOMS.filter((room) => new RegExp(room.files).test(path));
