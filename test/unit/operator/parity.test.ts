import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../lib/console/routes/index.ts';
import { toolsFor } from '../../../lib/mcp/tools.ts';
import * as operator from '../../../lib/operator/index.ts';
import { makeWorld } from '../../support/world.ts';
import { verbsOf } from '../bin/cli/support/verbs.ts';
import { stageOf } from './support/stage.ts';

/** A verb, a route or a tool; or why there is none. */
type Face = string | { readonly none: string };

interface Faces {
  readonly verb: Face;
  readonly route: Face;
  readonly tool: Face;
}

const faces = (verb: Face, route: Face, tool: Face): Faces => ({ verb, route, tool });
const none = (why: string): Face => ({ none: why });

const CHOICES = '/api/choices';
const PART_OF_QUEUES = none('a part of what queues shows at once; only a page that stays open asks for it alone');
const NOT_UNASKED = none(
  'it is billed by what it reads, and shows what handlers logged: an assistant would ask it unasked',
);

/** Every function of the operator that looks or acts. */
const FACES: Readonly<Record<string, Faces>> = {
  queues: faces('queues', none('a feed for each part, each at its own pace: /api/overview'), 'queues'),
  queueCounts: faces(PART_OF_QUEUES, '/api/overview', PART_OF_QUEUES),
  deadLetterCounts: faces(PART_OF_QUEUES, '/api/overview', PART_OF_QUEUES),
  runningStates: faces(PART_OF_QUEUES, '/api/overview', PART_OF_QUEUES),
  listCounts: faces(PART_OF_QUEUES, '/api/overview', PART_OF_QUEUES),
  oldestAges: faces(PART_OF_QUEUES, '/api/overview', PART_OF_QUEUES),
  alarmStates: faces(
    none('doctor names those that are on; CloudWatch’s own page shows the others'),
    '/api/overview',
    'alarms',
  ),
  metricHistory: faces(
    none('a terminal draws no chart; the dashboard and aws cloudwatch do'),
    '/api/metrics',
    'metrics',
  ),
  schedules: faces(none('doctor checks their queues; their times are for the page'), '/api/type', 'schedules'),
  keepsData: faces(none('a purge asks for its own yes, whatever the stage'), '/api/about', 'purge'),

  dead: faces('dead', none('as pages: /api/dead'), 'dead'),
  deadPages: faces(none('at once: dead'), '/api/dead', 'redrive'),
  show: faces('dlq show', none('a page that stays open would hide messages again and again'), 'dlq_show'),
  deadLetterOf: faces(none('dlq show --key shows it'), '/api/payload', none('dlq_show by key shows it')),
  estimate: faces('dlq redrive', CHOICES, 'redrive'),
  redrive: faces(
    'dlq redrive',
    none('exactly the chosen runs: redriveJobs'),
    none('exactly the chosen runs: redriveJobs'),
  ),
  redriveJobs: faces(none('dlq redrive sends all that match back, and asks before'), CHOICES, 'redrive'),
  purge: faces('dlq purge', CHOICES, 'purge'),
  checkCorrectedPayload: faces('dlq redrive', CHOICES, 'correct'),
  checkPayload: faces(
    none('send and dlq redrive --body check what they send'),
    '/api/check',
    none('send and correct check'),
  ),

  job: faces('job', '/api/job', 'job'),
  jobLogs: faces('job', '/api/timeline', 'job'),
  timeline: faces(none('job --logs shows its lines'), '/api/timeline', 'timeline'),
  findJob: faces('find', '/api/find', 'find'),
  waiting: faces('waiting', '/api/waiting', 'waiting'),
  retryNow: faces('retry', CHOICES, 'retry'),
  retryAll: faces('retry', CHOICES, 'retry_all'),
  cancel: faces('cancel', CHOICES, 'cancel'),
  cancelAll: faces('cancel', CHOICES, 'cancel_all'),
  insights: faces(none('aws logs start-query asks the same'), '/api/insights', NOT_UNASKED),
  scanJobs: faces(none('doctor --scan reads the table for what is lost'), '/api/scan', NOT_UNASKED),
  scanPrice: faces('doctor', none('with its own look at the table: scanPriceOf'), NOT_UNASKED),
  scanPriceOf: faces(none('doctor --scan prints the price first, by scanPrice'), '/api/scan/price', NOT_UNASKED),
  flow: faces('flow', '/api/flow', 'flow'),
  flows: faces('flows', '/api/flows', 'flows'),
  cancelFlow: faces('cancel', CHOICES, 'cancel'),

  breaker: faces('breaker', none('the type’s page shows its alarm; a terminal shows the rest'), 'breaker'),
  switchBreaker: faces(
    'breaker',
    none('a person in an incident types it; the page cannot tell one from another yet'),
    none('it opens by itself; to hold jobs back is the user’s to decide: pause and resume are offered'),
  ),
  setRunning: faces('pause', CHOICES, 'pause'),
  drain: faces('drain', CHOICES, none('it waits for an hour; an assistant asks queues again')),
  send: faces('send', CHOICES, 'send'),
  sendLines: faces('send', CHOICES, none('a file of jobs is the user’s to send')),
  doctor: faces('doctor', '/api/health', 'doctor'),
  readableStack: faces('trace', none('places stand in /api/timeline'), none('places stand in job and timeline')),
};

/** What helps those above, and neither looks at a stage nor acts on one by itself. */
const HELPERS = [
  ...[
    'mapsIn',
    'flagsOf',
    'isEmulator',
    'nowOf',
    'pause',
    'normalisedError',
    'explain',
    'whereIs',
    'indented',
    'lazyS3',
  ],
  ...[
    'lazyScheduler',
    'payloadGiven',
    'runTimeSchedules',
    'onStage',
    'queuesOf',
    'tableOf',
    'typeQueues',
    'typesOf',
    'shellWord',
    'payloadOf',
  ],
];

/** Faces without a function of the operator's behind them, and what is. */
const OF_THEIR_OWN = {
  verbs: {
    resume: 'setRunning, as pause',
    schema: 'the definition',
    new: 'authoring',
    init: 'authoring',
    local: 'the emulators',
    console: 'the console itself',
    mcp: 'the tools themselves',
    completion: 'the command itself',
    ...Object.fromEntries(
      ['put', 'list', 'pause', 'resume', 'delete', 'run-now', 'backfill'].map((verb) => [
        `schedule ${verb}`,
        'runTimeSchedules; a page and an assistant have those of the definition',
      ]),
    ),
  },
  routes: {
    '/api/session': 'the console’s own',
    '/api/operations': 'carries a choice out',
    '/api/operations/stop': 'carries a choice out',
    '/api/operations/refused': 'carries a choice out',
  },
  tools: { schema: 'the definition', resume: 'setRunning, as pause' },
} as const;

const isClass = (value: unknown) =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
const FUNCTIONS = Object.entries(operator)
  .filter(([, value]) => typeof value === 'function' && !isClass(value))
  .map(([name]) => name);

const ROOT = join(import.meta.dirname, '../../..');
const textOf = (pattern: string): string =>
  globSync(pattern, { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');

const named = (face: keyof Faces): string[] =>
  Object.values(FACES).flatMap((one) => (typeof one[face] === 'string' ? [one[face]] : []));

describe('every function of the operator', () => {
  test('that looks or acts has a verb, a route and a tool, or a line that says why not', () => {
    expect(FUNCTIONS.filter((name) => !(name in FACES) && !HELPERS.includes(name))).toEqual([]);
    expect(Object.keys(FACES).filter((name) => !FUNCTIONS.includes(name))).toEqual([]);
    expect(HELPERS.filter((name) => !FUNCTIONS.includes(name))).toEqual([]);
  });

  test('is called by each face that is named', () => {
    const sources = {
      verb: textOf('bin/**/*.ts'),
      route: textOf('lib/console/**/*.ts'),
      // It changes what the console changes, by the same plans.
      tool: textOf('lib/{mcp,console/operations}/**/*.ts'),
    };
    const unused = Object.entries(FACES).flatMap(([name, one]) =>
      (['verb', 'route', 'tool'] as const)
        .filter((face) => typeof one[face] === 'string' && !new RegExp(`\\b${name}\\b`).test(sources[face]))
        .map((face) => `${name}: ${face}`),
    );
    expect(unused).toEqual([]);
  });

  test('names verbs that there are, and each verb is named', async () => {
    const verbs = await verbsOf();
    const all = new Set([...named('verb'), ...Object.keys(OF_THEIR_OWN.verbs)]);
    expect([...all].toSorted()).toEqual(verbs.toSorted());
  });

  test('names routes that there are, and each route is named', () => {
    const all = new Set([...named('route'), ...Object.keys(OF_THEIR_OWN.routes)]);
    expect([...all].toSorted()).toEqual([...new Set(ROUTES.map(({ path }) => path))].toSorted());
  });

  test('names tools that there are, and each tool is named', () => {
    const world = makeWorld();
    const options = { stage: stageOf(world), sqs: world.sqs.client, where: { stage: 'test' }, allowChanges: true };
    const tools = toolsFor({ ...options, definitions: async () => [] }).map(({ name }) => name);
    const all = new Set([...named('tool'), ...Object.keys(OF_THEIR_OWN.tools)]);
    expect([...all].toSorted()).toEqual(tools.toSorted());
  });
});
