import { describe, expect, it } from 'vitest';
import { addressOf, makeApiClient } from '../../../../lib/console/page/base/api-client.ts';
import { TroubleError } from '../../../../lib/console/page/base/trouble.ts';

interface Call {
  readonly path: string;
  readonly init: RequestInit;
}

function clientOf(answers: readonly (Response | Error)[], stored: Readonly<Record<string, string>> = {}) {
  const calls: Call[] = [];
  const kept = new Map(Object.entries(stored));
  const ends: (string | undefined)[] = [];
  const client = makeApiClient({
    fetch: async (path, init) => {
      calls.push({ path, init });
      const answer = answers[calls.length - 1];
      if (answer instanceof Response) return answer;
      throw answer ?? new Error('no more answers');
    },
    storage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    },
    onEnd: (error) => void ends.push(error?.trouble.kind),
  });
  return { client, calls, kept, ends };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refused = (status: number) => json({ error: { kind: 'usage', message: 'no session' } }, status);

/** A body that comes in pieces as they are, whatever lines are in them. */
const pieces = (texts: readonly string[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    }),
  );

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const value of values) read.push(value);
  return read;
}

describe('the client of the console', () => {
  it('sends the token of its session with every later call, and keeps it for a reload', async () => {
    const { client, calls, kept } = clientOf([json({ token: 't1' }), json({ stage: 'dev' })]);
    await client.openSession('code');
    expect(await client.get('about')).toEqual({ stage: 'dev' });
    expect(calls.map(({ path }) => path)).toEqual(['/api/session', '/api/about']);
    expect(calls[0]?.init.body).toBe('{"code":"code"}');
    expect(calls[1]?.init.headers).toEqual({ 'x-sluice-token': 't1' });
    expect([...kept.values()]).toEqual(['t1']);
  });

  it('forgets a token that is refused', async () => {
    const { client, kept } = clientOf([refused(401)], { 'sluice-token': 'old' });
    expect(client.hasSession()).toBe(true);
    await expect(client.get('about')).rejects.toThrow('no session');
    expect([client.hasSession(), kept.size]).toEqual([false, 0]);
  });

  it('throws what the server says is in the way', async () => {
    const trouble = { kind: 'denied', message: 'no', action: 'sqs:ReceiveMessage', todo: 'ask' };
    const { client } = clientOf([json({ error: trouble }, 403)]);
    const error = await client.get('dead').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TroubleError);
    expect(error).toMatchObject({ trouble, status: 403 });
  });

  it('calls an answer without a reason a failure, and no answer unreachable', async () => {
    const { client, ends } = clientOf([new Response('oops', { status: 502 }), new TypeError('Failed to fetch')]);
    await expect(client.get('a')).rejects.toMatchObject({ trouble: { kind: 'failed' }, status: 502 });
    await expect(client.get('b')).rejects.toMatchObject({ trouble: { kind: 'unreachable' }, status: 0 });
    expect(ends).toEqual(['failed', 'unreachable']);
  });

  it('lets an abort of its caller be an abort', async () => {
    const { client, ends } = clientOf([new DOMException('left', 'AbortError')]);
    await expect(client.get('a')).rejects.toThrow('left');
    expect(ends).toEqual([]);
  });

  it('reads lines of JSON wherever the pieces of the body are cut', async () => {
    const { client } = clientOf([pieces(['{"a":"é', '"}\n\n{"a"', ':2}\n{"a":3}'])]);
    expect(await all(client.lines('dead'))).toEqual([{ a: 'é' }, { a: 2 }, { a: 3 }]);
  });

  it('throws a line that is an error, after the values before it', async () => {
    const { client } = clientOf([pieces(['{"a":1}\n{"error":{"kind":"throttled","message":"slower"}}\n'])]);
    const read: unknown[] = [];
    const reading = async () => {
      for await (const value of client.lines('dead')) read.push(value);
    };
    await expect(reading()).rejects.toMatchObject({ trouble: { kind: 'throttled' } });
    expect(read).toEqual([{ a: 1 }]);
  });

  it('lets the server go when its reader leaves before the end', async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('1\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    const { client } = clientOf([new Response(body)]);
    for await (const _ of client.lines('dead')) break;
    expect(isCancelled).toBe(true);
  });

  it('leaves parameters without a value out of an address', () => {
    expect(addressOf('dead', { type: 'a&b', reason: undefined, error: '', fresh: false, limit: 0 })).toBe(
      '/api/dead?type=a%26b&limit=0',
    );
    expect(addressOf('health', { fresh: true })).toBe('/api/health?fresh=1');
    expect(addressOf('about')).toBe('/api/about');
  });
});
