import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bundle } from '../../../../lib/bundle/bundle.ts';
import { LineFormat } from '../../../../lib/engine/telemetry/log-format.ts';
import { makeLogger } from '../../../../lib/engine/telemetry/logger.ts';
import { workFolder } from '../../../../localstack/places.ts';
import { captureOutput } from '../../../support/output.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const SERVICE = 'sluice-probe';
/** A turn of the event loop, in which nothing is left of the lines before. */
const turn = () => new Promise(setImmediate);

/** What a line may say. */
const FIELDS: Readonly<Record<string, object>> = {
  'a job': { jobId: 'a', jobType: 'probe', tenant: 'ü "quoted"\n\u2028', attempt: 1, maxAttempts: 5, durationMs: 12.5 },
  nothing: {},
  booleans: { yes: true, no: false },
  'what is left out': { missing: undefined, empty: '', none: null, after: 1 },
  'numbers that JSON has none of': { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -0, d: 1e21 },
  'half a pair': { text: '\ud800' },
  'values inside of values': { found: { schema: 2, list: [1, '', null] }, big: 10n },
  'an error': { error: Object.assign(new RangeError('no'), { stack: 'RangeError: no\n    at x (file.js:1:2)' }) },
};
const HEADERS = [
  '',
  'Root=1-5759e988-bd86;Parent=53995;Sampled=1',
  ' 1-5759e988-bd86 ',
  'Parent=1',
  'Root=',
  'Root=1;Root=2',
];

/** What Powertools alone writes of the same line. */
function byPowertools(message: string, fields: object): string {
  const output = captureOutput();
  new Logger({ serviceName: SERVICE, logFormatter: new LineFormat() }).info(message, fields as Record<string, unknown>);
  return output.text();
}

async function byEngine(message: string, fields: object): Promise<string> {
  const output = captureOutput();
  makeLogger(SERVICE).info(message, fields as Record<string, unknown>);
  await turn();
  return output.text();
}

describe('a line of the engine', () => {
  const cases = Object.entries(FIELDS).flatMap(([what, fields]) => HEADERS.map((header) => ({ what, fields, header })));

  test.each(cases)('is byte for byte Powertools’ own: $what, in the trace "$header"', async ({ fields, header }) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_123 });
    vi.stubEnv('_X_AMZN_TRACE_ID', header);
    onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });
    const theirs = byPowertools('job.started', fields);
    expect(theirs).toContain('{"level":"INFO","message":"job.started",');
    expect(await byEngine('job.started', fields)).toBe(theirs);
  });

  test('names the trace of its own invocation where several share a process', async () => {
    const store = { getXRayTraceId: () => 'Root=1-other;Sampled=0', get: () => undefined };
    vi.stubGlobal('awslambda', { InvokeStore: store });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(await byEngine('job.started', {})).toContain('"xray_trace_id":"1-other"');
    expect(byPowertools('job.started', {})).toContain('"xray_trace_id":"1-other"');
  });

  test.each([
    ['POWERTOOLS_LOG_LEVEL', 'WARN', ['e']],
    ['AWS_LAMBDA_LOG_LEVEL', 'ERROR', ['e']],
    ['POWERTOOLS_LOG_LEVEL', 'DEBUG', ['d', 'i', 'e']],
    ['POWERTOOLS_LOG_LEVEL', 'INFO', ['i', 'e']],
  ])('obeys %s=%s', async (name, value, expected) => {
    vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const output = captureOutput();
    const log = makeLogger(SERVICE);
    log.debug('d');
    log.info('i', { jobId: 'a' });
    log.error('e');
    await turn();
    expect(output.events()).toEqual(expected);
  });
});

describe('lines', () => {
  test('of one turn are one write, in order, and a warning, an error and a handler’s line come after those before them', async () => {
    const writes: string[] = [];
    const keep = (chunk: unknown) => {
      writes.push(String(chunk).replace(/.*"message":"(\w+)".*\n/g, '$1 '));
      return true;
    };
    const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    const log = makeLogger(SERVICE);
    const handlers = log.createChild({ persistentLogAttributes: { jobId: 'a' } });
    const say = (...names: string[]) => {
      for (const name of names) log.info(name, { jobId: name });
    };
    say('a', 'b', 'c');
    await turn();
    say('d', 'e');
    log.warn('f');
    say('g');
    handlers.info('h');
    say('i');
    log.error('j');
    expect(writes).toEqual(['a b c ', 'd e ', 'f ', 'g ', 'h ', 'i ', 'j ']);
  });

  test('are written before the code that waits for the next turn', async () => {
    const output = captureOutput();
    const log = makeLogger(SERVICE);
    const seen = Promise.resolve().then(() => {
      log.info('a', { jobId: 'a' });
      return Promise.resolve().then(() => output.events());
    });
    expect(await seen).toEqual(['a']);
  });
});

describe('a process that ends in the same turn', () => {
  const ENDS = {
    'by process.exit': 'process.exit(0);',
    'by an exception that nothing catches': `throw new Error('out');`,
    'by itself': '',
  };

  test.each(Object.entries(ENDS))('%s writes its lines before', async (_how, end) => {
    const folder = await workFolder('lines');
    const [entry, file] = [join(folder, 'entry.ts'), join(folder, 'entry.mjs')];
    const logger = `${ROOT}lib/engine/telemetry/logger.ts`;
    await writeFile(
      entry,
      `import { makeLogger } from '${logger}';
       const log = makeLogger('s');
       log.info('first', { jobId: 'a' });
       log.info('last', { jobId: 'b' });
       ${end}`,
    );
    await writeFile(file, (await bundle(entry, { absWorkingDir: ROOT })).code);
    // Reached through the error, too: an exception ends the process with another exit code than 0.
    const { stdout } = await promisify(execFile)(process.execPath, [file]).catch((error: { stdout: string }) => error);
    expect(stdout.split('\n').map((line) => /"message":"(\w+)"/.exec(line)?.[1])).toEqual(['first', 'last', undefined]);
  });
});
