import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderLogLine } from '../../../localstack/log-line.ts';
import { type Change, meaningOf, type Sources, watchSources } from '../../../localstack/watch.ts';

describe('a line of the log', () => {
  beforeEach(() => vi.stubEnv('TZ', 'UTC'));
  afterEach(() => vi.unstubAllEnvs());

  const render = (fields: object | string) => {
    const message = typeof fields === 'string' ? fields : JSON.stringify(fields);
    return renderLogLine({ source: 'send-email', timestampMs: Date.UTC(2026, 0, 1, 12, 4, 31), message });
  };
  const job = { level: 'INFO', jobId: '7c0e1b5a-0000-4000-8000-000000000000', jobType: 'send-email' };

  it.each([
    [{ message: 'job.started', attempt: 1, maxAttempts: 5 }, 'started    attempt 1/5'],
    [{ message: 'job.completed', durationMs: 212.4 }, 'completed  212 ms'],
    [{ message: 'job.completed', durationMs: 4200 }, 'completed  4.2 s'],
    [{ message: 'job.retrying', delayMs: 5000, errorName: 'E', errorMessage: 'm' }, 'retrying   in 5 s  E: m'],
    [{ message: 'job.parked', delayMs: 1_800_000, errorName: 'E', errorMessage: 'm' }, 'parked     for 30 min  E: m'],
    [
      { message: 'job.dead', reason: 'PermanentError', errorName: 'E', errorMessage: 'm' },
      'dead       PermanentError  E: m',
    ],
    [{ message: 'job.scheduled', delayMs: 600_000 }, 'scheduled  for 10 min'],
    [{ message: 'job.limited', delayMs: 61_000 }, 'limited    for 61 s'],
    [{ message: 'job.duplicate' }, 'duplicate'],
    [{ message: 'resizing', attempt: 1, width: 640 }, 'info       resizing {"width":640}'],
    [{ message: 'job.not-settled', error: { name: 'E', message: 'm' } }, 'not-settled E: m'],
  ])('%o', (fields, expected) => {
    expect(render({ ...job, ...fields })).toBe(`12:04:31 send-email       …0000000 ${expected}`);
  });

  const stack = `TypeError: no
    at async run (source:///node_modules/sluice/lib/engine/job/run-handler.ts:9:3)
    at perform (source:///functions/hello/perform.ts:9:18)`;
  it.each([
    [
      { message: 'job.failed', error: { name: 'TypeError', message: 'no', stack } },
      'failed     at functions/hello/perform.ts:9:18',
    ],
    [
      { message: 'job.failed', error: { stack: 'Error', cause: { stack } } },
      'failed     at functions/hello/perform.ts:9:18',
    ],
    [
      { message: 'job.unhandled-rejection', errorName: 'TypeError', errorMessage: 'no', error: { stack } },
      'unhandled-rejection TypeError: no  at functions/hello/perform.ts:9:18',
    ],
  ])('names the place in the user’s own code: %j', (fields, expected) => {
    expect(render({ ...job, ...fields })).toBe(`12:04:31 send-email       …0000000 ${expected}`);
  });

  it('has the time of the entry, not of its storage', () => {
    expect(render({ ...job, message: 'job.duplicate', timestamp: '2026-01-01T09:08:07.000Z' })).toMatch(/^09:08:07 /);
  });

  it('keeps the end of a long id', () => {
    expect(render({ ...job, jobId: 'ord-9', message: 'job.duplicate' })).toContain(' ord-9    duplicate');
    expect(render({ ...job, jobId: 'order-2026-0001', message: 'job.duplicate' })).toContain(' …26-0001 duplicate');
  });

  it('is printed as it is if it is not JSON', () => {
    expect(render('{ not json')).toBe('12:04:31 send-email       { not json');
  });

  it.each(['START RequestId: 1 Version: 2', 'REPORT RequestId: 1', '', { _aws: {} }, { message: 'job.failed' }])(
    'is left out: %o',
    (line) => expect(render(line)).toBeUndefined(),
  );
});

describe('a saved file', () => {
  const sources: Sources = {
    functions: new Map([
      ['send-email', ['/r/functions/send-email/handler.ts', '/r/shared/names.ts', '/r/functions/send-email/texts/']],
      ['sync-data', ['/r/functions/sync-data/handler.ts', '/r/shared/names.ts', '/r/lib/engine/job/attempt.ts']],
    ]),
    stacks: ['/r/functions/index.ts', '/r/functions/sync-data/limits.ts'],
  };
  it.each<[string[], Change | undefined]>([
    [['functions/send-email/handler.ts'], { functions: ['send-email'], stacks: false }],
    [['shared/names.ts'], { functions: ['send-email', 'sync-data'], stacks: false }],
    [['functions/send-email/texts/a.html'], { functions: ['send-email'], stacks: false }],
    [['functions/send-email/notes.md'], undefined],
    [['functions/send-email/definition.ts'], { functions: [], stacks: true }],
    [['functions/hello/bundle.ts'], { functions: [], stacks: true }],
    [['functions/sync-data/limits.ts'], { functions: [], stacks: true }],
    [['functions/index.ts', 'shared/names.ts'], { functions: ['send-email', 'sync-data'], stacks: true }],
    [['lib/engine/job/attempt.ts'], { functions: ['sync-data'], stacks: false }],
    [['lib/infra/job/job-stack.ts'], { functions: [], stacks: true }],
    [['lib/operator/dead-letters/report.ts'], undefined],
  ])('%j means %j', (files, change) =>
    expect(
      meaningOf(
        files.map((file) => `/r/${file}`),
        sources,
      ),
    ).toEqual(change),
  );

  it('is noticed each time, also in a new folder and when a new file is renamed over it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'sluice-watch-'));
    const handler = join(root, 'functions', 'probe', 'handler.ts');
    await mkdir(join(root, 'functions', 'probe'), { recursive: true });
    await mkdir(join(root, 'shared'));
    await writeFile(handler, '');
    const saved: string[] = [];
    const watch = await watchSources((files) => saved.push(...files), [join(root, 'functions'), join(root, 'lib')]);
    const times = (file: string) => saved.filter((path) => path === file).length;
    try {
      for (let n = 1; n <= 3; n += 1) {
        await writeFile(`${handler}~`, `${n}`);
        await rename(`${handler}~`, handler);
        await expect.poll(() => times(handler)).toBe(n);
      }
      await mkdir(join(root, 'functions', 'new'));
      // Written again and again, because the new folder is not watched from its first moment on.
      const saveAndLook = async () => {
        await writeFile(join(root, 'functions', 'new', 'handler.ts'), '');
        return times(join(root, 'functions', 'new', 'handler.ts')) > 0;
      };
      await expect.poll(saveAndLook, { interval: 150 }).toBe(true);
      await watch.follow([join(root, 'shared', 'names.ts')]);
      await writeFile(join(root, 'shared', 'names.ts'), '');
      await expect.poll(() => times(join(root, 'shared', 'names.ts'))).toBe(1);
    } finally {
      watch.stop();
      await rm(root, { recursive: true, force: true });
    }
  });
});
