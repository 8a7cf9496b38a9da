import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible, visibleJson, visibleLines } from '../../../../bin/cli/visible.ts';
import { renderLogLine } from '../../../../localstack/log-line.ts';
import { visible as escapesAsText } from '../../../support/terminal.ts';
import { type Deployed, deployed, workingFolder } from './support/deployed.ts';

/** What steers a terminal, turns text or hides in it. */
const STEERS = [
  '\u001b[2J',
  '\u001b]0;x\u0007',
  '\u009b31m',
  '\u0090',
  '\b\b',
  '\u007f',
  '\0',
  '\u0085',
  '\u2028',
  '\u2029',
];
const TURNS = [
  '\u202e',
  '\u2066',
  '\u2069',
  '\u200f',
  '\u061c',
  '\ufeff',
  '\u200b',
  '\u00ad',
  '\u{e0041}',
  '\ud83d',
  '\udc00',
];
const PLAIN = ['a', ' ', '"', '\\', 'é', '日本', '😀', '</b>', '%s', '\r\n', '\t'];
const hostile = fc
  .array(fc.constantFrom(...STEERS, ...TURNS, ...PLAIN), { minLength: 1, maxLength: 12 })
  .map((parts) => `${parts.join('')}\u001b[31m`);

/** Characters that must not reach a terminal, but for the line feeds between lines. */
const HIDDEN = /[^\P{Cc}\n]|[␛\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** How the command draws its progress on a terminal, and Node its questions. */
const OWN = /\r␛\[K|␛\[(\d+G|0J)|\r\n/g;
/** A character that stands in the text as it is: in a part of it that the command prints, it is there too. */
const MARK = 'é日';

const LOG = '/aws/lambda/sluice-test-send-email';

/** A stage in which each text that comes from outside is hostile. */
async function infested(text: string): Promise<Deployed> {
  const there = deployed();
  const { world, plane, mail } = there;
  const error = { name: `Error${text}`, message: text };
  for (const id of ['done', 'dead', 'parked']) mail(id, id === 'dead' ? 'permanent' : 'fine', parked(id, there));
  world.send('{"type":', { attributes: { jobId: 'broken' } });
  await world.drain();
  await world.clock.advance(1000);
  const values = { result: { [text]: text }, progress: text, checkpoint: [text], checkpointNo: 1 };
  world.alter('done', { ...values, error });
  world.alter('dead', { error, reason: text as never });
  mail('batch', 'fine', { runAt: new Date(world.clock.now() + 3600_000).toISOString() });
  mail('batch:0', 'permanent');
  await world.drain();
  world.alter('batch:0', { error });
  const children = [{ type: 'send-email', n: 2 }];
  const flow = { after: { type: text, key: text } };
  world.alter('batch', { total: 2, children, dead: new Set([0]), open: new Set([1]), mode: text as never, flow });
  // An item that something else wrote under a name that Sluice refuses.
  world.dynamoDb.put('sluice-test-jobs', { ...world.job('dead'), id: `send-email#${text}`, jobId: text });
  world.alter('parked', { envelope: { body: text } as never });
  const line = { jobId: 'done', jobType: 'send-email', key: text, level: text, message: text, [text]: text, error };
  plane.logs.set(LOG, [{ timestamp: 1, message: JSON.stringify(line) }]);
  plane.alarms.push({
    AlarmName: `sluice-test-${text}`,
    AlarmDescription: `${text}: ${text}. ${text}`,
    StateValue: 'ALARM',
  });
  plane.alarms.push({ AlarmName: `sluice-test-x${text}`, ActionsEnabled: false });
  plane.stacks.set('sluice-test-send-email', text);
  const PAYLOAD = '{"to":"ada@example.com","subject":"x","text":"x"}';
  await there.run(`schedule put send-email nightly 'rate(1 day)' '${PAYLOAD}'`);
  const stored = { ScheduleExpression: text, ScheduleExpressionTimezone: 'UTC', State: 'DISABLED' } as const;
  there.scheduler.alter('send-email.nightly', stored);
  const source = plane.eventSources.get('sluice-test-send-email');
  if (source !== undefined) source.state = text;
  letters(there, text);
  return there;
}

const parked = (id: string, { world }: Deployed) =>
  id === 'parked' ? { runAt: new Date(world.clock.now() + 3600_000).toISOString() } : {};

/** Bodies and attributes of dead letters: SQS itself refuses most control characters, whoever answers instead may not. */
function letters({ world }: Deployed, text: string): void {
  const client = world.sqs.client as unknown as { send(command: object): Promise<Answer> };
  const send = client.send.bind(client);
  client.send = async (command) => {
    const answer = await send(command);
    if (command.constructor.name !== 'ReceiveMessageCommand') return answer;
    return {
      ...answer,
      Messages: answer.Messages?.map((message) => ({ ...message, ...infestedMessage(message, text) })),
    };
  };
}

interface Answer {
  readonly Messages?:
    | undefined
    | {
        readonly Body?: string;
        readonly MessageAttributes?: Record<string, { StringValue?: string }>;
      }[];
}

function infestedMessage({ MessageAttributes = {} }: NonNullable<Answer['Messages']>[number], text: string) {
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [
    name,
    /error|reason/i.test(name) ? { ...value, StringValue: text } : value,
  ]);
  return { Body: text, MessageAttributes: Object.fromEntries(attributes) };
}

const VERBS = [
  ...['queues', 'job send-email done --logs', 'job send-email dead', 'job send-email parked --payload'],
  ...['send send-email TEXT', 'send send-email {} --id TEXT', 'dead', 'dead --jobs', 'dead --reason TEXT'],
  ...['flow send-email batch --all', 'flow send-email TEXT', 'flow send-email parked', 'flows', 'flows TEXT'],
  ...['job send-email batch', 'cancel send-email batch --flow', 'cancel send-email TEXT --flow'],
  ...['dlq show send-email --bodies', 'dlq redrive send-email', 'dlq redrive send-email --yes --key TEXT'],
  ...['dlq redrive send-email --yes', 'dlq purge send-email --yes --no-save', 'dlq purge send-email --save TEXT'],
  ...['find done', 'find TEXT', 'waiting', 'waiting TEXT', 'retry send-email --all --yes', 'retry send-email --all'],
  ...['cancel send-email --all --yes', 'cancel TEXT --all'],
  ...['retry send-email parked', 'retry send-email TEXT', 'cancel send-email parked', 'cancel TEXT a'],
  ...[
    'pause send-email --no-wait',
    'resume send-email --no-wait',
    'drain send-email --timeout 1',
    'doctor',
    'trace TEXT',
  ],
  ...['schema send-email', 'schema TEXT', 'new TEXT', 'TEXT', 'queues --TEXT', 'job send-email --TEXT', 'help TEXT'],
  ...['send send-email @TEXT --lines', 'send send-email - --lines --refused TEXT', 'send send-email {} --tenant TEXT'],
  ...['schema --output TEXT', 'job send-email done --maps TEXT --logs', 'console --TEXT', 'console --port TEXT'],
  ...['completion TEXT', 'completion bash TEXT', 'mcp TEXT', 'mcp --TEXT', 'mcp --maps TEXT'],
  ...['schedule list', 'schedule put send-email TEXT TEXT {}', 'schedule pause send-email TEXT', 'schedule list TEXT'],
  ...['schedule backfill send-email nightly --from TEXT', 'schedule resume send-email nightly'],
  ...['breaker send-email', 'breaker TEXT', 'breaker send-email TEXT'],
  ...['local --emulator TEXT', 'init TEXT', 'init --TEXT'],
];

describe('nothing that is printed steers the terminal:', () => {
  test('all verbs are tried', async () => {
    const { stdout } = await deployed().run('--help');
    const known = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb);
    expect(known.filter((verb) => verb !== 'help' && !VERBS.some((args) => args.split(' ')[0] === verb))).toEqual([]);
    expect(known.length).toBeGreaterThan(12);
  });

  test.each(VERBS)('%s', async (args) => {
    workingFolder();
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const [options, tty] of [
          ['', true],
          ['', false],
          [' --json', false],
          [' --debug', false],
        ] as const) {
          const { argv } = await infested(text);
          const ran = await argv(
            `${args}${options}`.split(' ').map((arg) => arg.replace('TEXT', text)),
            {
              ...{ tty, env: { NO_COLOR: '1' }, input: 'n\n' },
            },
          );
          // Tabs stand between the columns in a pipe.
          const stdout = tty ? ran.stdout : ran.stdout.replaceAll('\t', '');
          const printed = `${stdout}${escapesAsText(ran.stderr).replaceAll(OWN, '')}`;
          expect(HIDDEN.exec(printed)).toBeNull();
        }
      }),
      { numRuns: 4 },
    );
  });

  test('an error of AWS, and a failed check of doctor', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const { run, plane } = await infested(text);
        plane.aws.cloudWatch.send = () => Promise.reject(Object.assign(new Error(text), { name: `Access${text}` }));
        for (const args of ['queues', 'queues --debug', 'queues --json', 'doctor', 'doctor --json']) {
          const { stdout, stderr } = await run(args);
          expect(HIDDEN.exec(stdout.replaceAll('\t', '') + stderr)).toBeNull();
        }
      }),
      { numRuns: 10 },
    );
  });

  test('what is printed with colours has no other codes than those', async () => {
    const { ask } = await infested(`${MARK}\u001b[31mred\u001b[8m`);
    for (const args of ['doctor', 'job send-email done --logs', 'dead', 'dlq show send-email --bodies']) {
      const { stdout } = await ask(`${args} --wide`);
      expect(stdout).toContain(`${MARK}\\u001b[31mred`);
      expect(stdout).not.toContain('\u001b[31mred');
    }
  });
});

describe('what would be hidden', () => {
  test.each([
    ['\u001b[2J', '\\u001b[2J'],
    ['abc\u202edcba', 'abc\\u202edcba'],
    ['two\r\n\tlines\u2028three', 'two lines three'],
    ['\u{e0041}\ud83d', '\\udb40\\udc41\\ud83d'],
    ['日本 😀 é', '日本 😀 é'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('of a stack keeps its lines and their indentation', () => {
    expect(visibleLines('Error: a\u0007\n    at b\tc\n')).toBe('Error: a\\u0007\n    at b c\n');
  });

  test('in JSON is escaped, and read as the same value', async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), hostile, fc.constantFrom(0, 2), (value, text, indent) => {
        const json = visibleJson({ [text]: value, text }, indent);
        expect(HIDDEN.exec(json)).toBeNull();
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: value, text })));
      }),
    );
  });

  test('is shown in the lines of npm run local', async () => {
    await fc.assert(
      fc.property(hostile, fc.boolean(), (text, structured) => {
        const fields = { message: 'job.dead', jobId: text, reason: text, errorName: text, errorMessage: text };
        const message = structured ? JSON.stringify(fields) : text;
        const line = renderLogLine({ source: text, timestampMs: 0, message }) ?? '';
        expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(line)).toBeNull();
      }),
    );
  });
});
