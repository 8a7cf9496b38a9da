import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { readError } from '../../../../lib/contract/thrown.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

const HUGE = 2_000_000;
const filled = (size = HUGE) => 'x'.repeat(size);
const huge = (message = filled()) => new Error(message);
const named = (name: string) => Object.defineProperty(new Error('x'), 'name', { value: name, enumerable: true });

/** Bytes that a line has at most: ten errors, each with 2,048 characters of stack. */
const MAX_LINE = 40_000;

describe('no line is longer than 40 KB', () => {
  test.each([
    ['an error with a message of 2 MB', () => huge()],
    ['a name of 2 MB', () => named(filled())],
    ['a stack of 2 MB', () => Object.assign(new Error('x'), { stack: `Error: x\n    at ${filled()}` })],
    [
      'a stack of 20,000 frames',
      () => Object.assign(new Error('x'), { stack: `Error: x${'\n    at f (a.js:1:1)'.repeat(20_000)}` }),
    ],
    ['a stack of 2 MB that is none', () => Object.assign(new Error('x'), { stack: filled() })],
    ['causes of 2 MB each', () => new Error('x', { cause: new Error(filled(), { cause: huge() }) })],
    ['1,000 inner errors of 20 KB', () => new AggregateError(Array.from({ length: 1000 }, () => huge(filled(20_000))))],
    ['a field of 2 MB', () => Object.assign(new Error('x'), { [filled()]: 1, body: filled() })],
    ['a text of 2 MB', () => filled()],
    ['an object of 2 MB', () => ({ [filled()]: filled() })],
    ['a code of 2 MB', () => new Error('x', { cause: { code: filled().toUpperCase() } })],
  ])('whatever is thrown: %s', async (_what, make) => {
    const world = makeWorld({
      definition: defineProbe({ retry: { maxAttempts: 2, backoff: { kind: 'list', delaysSeconds: [1] } } }),
      perform: () => {
        throw make();
      },
    });
    world.send({ id: 'a' });
    await world.drain(10);
    expect(world.output.events().filter((event) => event !== 'job.started')).toEqual([
      ...['job.failed', 'job.retrying', 'job.failed', 'job.dead'],
    ]);
    for (const line of world.output.text().split('\n')) expect(line.length).toBeLessThan(MAX_LINE);
  });

  test('whatever a service answers', async () => {
    const world = makeWorld({ perform: () => Promise.reject(new PermanentError('no')) });
    world.sqs.faults.plan(() => true, { kind: 'fails', error: huge() });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.output.events()).toContain('job.dead-letter-failed');
    for (const line of world.output.text().split('\n')) expect(line.length).toBeLessThan(4000);
  });
});

describe('a line', () => {
  test('has of a huge error the beginning of its message, and its frames', () => {
    const { name, message, stack } = readError(Object.assign(huge(), { name: 'Huge' }));
    expect([name, message]).toEqual(['Huge', filled(512)]);
    expect(stack).toMatch(/^Huge: x{512}\n {4}at huge \(.*large-errors\.test\.ts/);
  });

  test('has each inner error, with its stack', async () => {
    const refused = () =>
      new AggregateError([new Error('connect ECONNREFUSED ::1:9'), new Error('connect ECONNREFUSED 127.0.0.1:9')]);
    const world = makeWorld({
      perform: () => {
        throw new TypeError('fetch failed', { cause: refused() });
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    const [failed] = world.output.logs().filter(({ message }) => message === 'job.failed');
    const stack = expect.stringContaining('at refused');
    expect(failed).toMatchObject({
      errorMessage: 'fetch failed: connect ECONNREFUSED ::1:9',
      error: {
        message: 'fetch failed',
        cause: {
          name: 'AggregateError',
          stack,
          errors: [
            { name: 'Error', message: 'connect ECONNREFUSED ::1:9', stack },
            { name: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:9', stack },
          ],
        },
      },
    });
  });

  test('shows the code of a cause that is no error, and nothing else of it', async () => {
    const secret = 'correct-horse-battery-staple';
    const world = makeWorld({
      perform: () => {
        throw new Error('no host', { cause: { code: 'ENOTFOUND', hostname: secret, message: secret } });
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    const [failed] = world.output.logs().filter(({ message }) => message === 'job.failed');
    expect(failed).toMatchObject({ errorMessage: 'no host: ENOTFOUND', error: { cause: { message: 'ENOTFOUND' } } });
    expect(world.job('a')?.error).toEqual({ name: 'Error', message: 'no host: ENOTFOUND' });
    expect(world.output.text()).not.toContain(secret);
  });

  test('has its reason in the dead letter and its event, too', async () => {
    const world = makeWorld({
      perform: () => {
        throw new PermanentError('no host', { cause: { code: 'ENOTFOUND' } });
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.deadLetters.messages()[0]?.attributes.errorMessage?.StringValue).toBe('no host: ENOTFOUND');
    expect(JSON.stringify(world.bus.events)).toContain('no host: ENOTFOUND');
  });
});
