import { request } from 'node:http';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { InvalidPayloadError, JobResultError, toJobError } from '../../../lib/contract/errors.ts';
import { isError, messageOf } from '../../../lib/contract/thrown.ts';
import { freePort } from '../../../localstack/places.ts';

const behind = (cause: unknown, message = 'sync failed') => new Error(message, { cause });
const coded = (code: unknown, message = '') => Object.assign(new Error(message), { code });
const kept = (thrown: unknown) => toJobError(thrown).message;
const secret = 'correct-horse-battery-staple';

describe('the kept message', () => {
  it('of a fetch to a closed port has the address that refused', async () => {
    const port = await freePort();
    const byAddress = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
    expect(toJobError(byAddress)).toEqual({
      name: 'TypeError',
      message: `fetch failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    const byName = await fetch(`http://localhost:${port}`).catch((error: unknown) => error);
    expect(kept(byName)).toMatch(/^fetch failed: connect ECONNREFUSED (::1|127\.0\.0\.1):\d+$/);
  });

  it('of a request by node:http to a closed port has the address, also where Node tried two', async () => {
    const port = await freePort();
    const error = await new Promise((resolve) => request(`http://localhost:${port}`).on('error', resolve).end());
    expect(kept(error)).toMatch(/^connect ECONNREFUSED (::1|127\.0\.0\.1):\d+$/);
  });

  it('of Promise.any has the first rejection', async () => {
    const failed = await Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))]).catch(
      (error: unknown) => error,
    );
    expect(toJobError(failed)).toEqual({ name: 'AggregateError', message: 'All promises were rejected: one' });
  });

  it.each([
    ['an error without inner errors', new Error('x'), 'x'],
    ['a cause', behind(new Error('no answer')), 'sync failed: no answer'],
    ['causes behind causes', behind(behind(new Error('reset'), 'fetch failed')), 'sync failed: fetch failed: reset'],
    ['an AggregateError', new AggregateError([new Error('one'), new Error('two')]), 'one'],
    ['an AggregateError with a message', new AggregateError([new Error('one')], 'both'), 'both: one'],
    ['an AggregateError without errors', new AggregateError([]), ''],
    ['an AggregateError of one without words', new AggregateError([new Error(''), new Error('two')]), 'two'],
    [
      'an AggregateError behind a cause',
      behind(new AggregateError([coded('ECONNREFUSED')])),
      'sync failed: ECONNREFUSED',
    ],
    ['AggregateErrors in one another', new AggregateError([new AggregateError([new Error('one')])]), 'one'],
    ['a code', behind({ code: 'ENOTFOUND' }), 'sync failed: ENOTFOUND'],
    ['a code of undici', behind({ code: 'UND_ERR_CONNECT_TIMEOUT' }), 'sync failed: UND_ERR_CONNECT_TIMEOUT'],
    ['a code as a cause', behind('ECONNRESET'), 'sync failed: ECONNRESET'],
    ['an error that has only a code', coded('ETIMEDOUT'), 'ETIMEDOUT'],
    ['a message beside a code', coded('ETIMEDOUT', 'late'), 'late'],
    ['a reason that the message says already', behind(new Error('reset'), 'call: reset'), 'call: reset'],
    ['a reason that is the message', behind(new Error('gone'), 'gone'), 'gone'],
    ['a short reason', behind(new Error('a'), 'fetch failed'), 'fetch failed: a'],
    ['a cause that is an error of another realm', behind(runInNewContext('new Error("there")')), 'sync failed: there'],
  ])('says why: %s', (_what, thrown, message) => expect(kept(thrown)).toBe(message));

  it.each([
    ['a text', secret],
    ['an object', { body: secret, message: secret, code: secret, name: secret }],
    ['a list', [secret]],
    ['an object with a cause of its own', { cause: new Error(secret) }],
    ['a number', 4_242_424_242],
    ['an object whose code is a number', { code: 4_242_424_242 }],
    ['an error whose other fields hold a payload', Object.assign(new Error('no'), { request: secret, code: secret })],
    ['an error that lists no errors', Object.assign(new Error('no'), { errors: [{ message: secret }, secret] })],
    ['an error of JSON.parse', parseError(`{"a":${secret}}`)],
    ['an error of JSON.parse of a long text', parseError(`{"a":"${'x'.repeat(100)}", ${secret}}${'y'.repeat(100)}`)],
  ])('has no field that may hold a payload: %s as the cause', (_what, cause) => {
    const { message } = toJobError(behind(cause));
    expect(message).not.toContain('horse');
    expect(message).not.toContain('4242');
    expect(message).toMatch(/^sync failed/);
  });

  it('of a refusal is its own: its cause quotes the payload', () => {
    const error = new InvalidPayloadError('payload.to: too long', { cause: new Error(secret) });
    expect(toJobError(error)).toEqual({ name: 'InvalidPayloadError', message: 'payload.to: too long' });
  });

  it('says a wrapped message once', () => {
    expect(kept(new JobResultError('it is a function', { cause: new TypeError('it is a function') }))).toBe(
      'it is a function',
    );
  });

  it('has 512 characters at most, and needs no time for thousands of causes and errors', () => {
    let deep = new Error('x'.repeat(2_000_000));
    for (let i = 0; i < 10_000; i++) deep = behind(deep, `${i} ${'y'.repeat(400)}`);
    const wide = new AggregateError(
      Array.from({ length: 20_000 }, () => new Error('')),
      '',
    );
    expect(kept(deep)).toHaveLength(512);
    expect(kept(wide)).toBe('');
    expect(kept(behind(new Error(', "'.repeat(700_000))))).toHaveLength(512);
  });

  it('ends where causes go in a circle', () => {
    const error = behind(undefined);
    error.cause = behind(error, 'fetch failed');
    expect(kept(error)).toBe('sync failed: fetch failed');
  });
});

function parseError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

describe('an error', () => {
  it('is told from what is none, also if it is of another realm or a DOMException', () => {
    const errors = [new TypeError('x'), new DOMException('x'), runInNewContext('new TypeError("x")')];
    expect(errors.map(isError)).toEqual([true, true, true]);
    expect([{ name: 'Error', message: 'x' }, 'x', null, undefined].map(isError)).toEqual([false, false, false, false]);
    expect(toJobError(errors[2])).toEqual({ name: 'TypeError', message: 'x' });
  });

  it('has a message, as has anything', () => {
    expect([new Error('x'), 'x', 7, null, Object.create(null)].map(messageOf)).toEqual(['x', 'x', '7', 'null', '']);
  });
});
