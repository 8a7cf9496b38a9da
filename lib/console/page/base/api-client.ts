/**
 * Calls of the console's server. One client serves the page (`client.ts`):
 *
 *   await api.get<About>('about');
 *   await api.get<Overview>('overview', { types: 'a,b' });
 *   await api.post<Choice>('choices', request);
 *   for await (const page of api.lines<DeadPage>('dead', { type }, signal)) …
 *
 * Each throws a TroubleError for an answer that is an error, also for a line of a stream that is one, and when there is no answer
 * (kind `unreachable`). Parameters that are undefined or '' are left out.
 */
import type { SessionAnswer, SessionRequest, Trouble } from '../../api.ts';
import { valuesOf } from './ndjson.ts';
import { isAbort, TroubleError, troubleIn } from './trouble.ts';

/** The header that carries the session's token. */
const TOKEN_HEADER = 'x-sluice-token';
const STORED = 'sluice-token';

export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ApiClient {
  /** Exchanges a link's code for a token, which is kept for this tab. */
  openSession(code: string): Promise<void>;
  hasSession(): boolean;
  get<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T>;
  lines<T>(path: string, params?: Params, signal?: AbortSignal): AsyncGenerator<T>;
}

export interface ApiClientOptions {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Keeps the token over a reload. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** After each call: what it ended with, undefined if well. */
  readonly onEnd?: (error: TroubleError | undefined) => void;
}

const UNREACHABLE: Trouble = {
  kind: 'unreachable',
  message: 'The console on your machine does not answer.',
  todo: 'Start it again and open its new link: npx sluice console',
};

/** `/api/<path>?…`, without parameters that have no value. */
export function addressOf(path: string, params: Params = {}): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '' && value !== false);
  const query = new URLSearchParams(
    Object.fromEntries(given.map(([name, value]) => [name, value === true ? '1' : String(value)])),
  );
  return given.length === 0 ? `/api/${path}` : `/api/${path}?${query}`;
}

async function refusalOf(response: Response): Promise<TroubleError> {
  const body: unknown = await response.json().catch(() => undefined);
  const message = `The console answered with status ${response.status}.`;
  return new TroubleError(troubleIn(body) ?? { kind: 'failed', message }, response.status);
}

export function makeApiClient({ fetch, storage, onEnd = () => undefined }: ApiClientOptions): ApiClient {
  let token = storage.getItem(STORED) ?? undefined;

  async function call(address: string, init: RequestInit): Promise<Response> {
    try {
      const headers = { ...init.headers, ...(token === undefined ? {} : { [TOKEN_HEADER]: token }) };
      const response = await fetch(address, { ...init, headers });
      if (!response.ok) throw await refusalOf(response);
      onEnd(undefined);
      return response;
    } catch (error) {
      if (isAbort(error)) throw error;
      const refusal = error instanceof TroubleError ? error : new TroubleError(UNREACHABLE, 0);
      if (refusal.status === 401) {
        token = undefined;
        storage.removeItem(STORED);
      }
      onEnd(refusal);
      throw refusal;
    }
  }

  const post = async <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) };
    return (await (await call(addressOf(path), init)).json()) as T;
  };

  async function* lines<T>(path: string, params: Params = {}, signal?: AbortSignal): AsyncGenerator<T> {
    const { body } = await call(addressOf(path, params), signal ? { signal } : {});
    if (!body) return;
    for await (const value of valuesOf(body)) {
      const trouble = troubleIn(value);
      if (trouble) throw new TroubleError(trouble, 200);
      yield value as T;
    }
  }

  return {
    openSession: async (code) => {
      const request: SessionRequest = { code };
      ({ token } = await post<SessionAnswer>('session', request));
      storage.setItem(STORED, token);
    },
    hasSession: () => token !== undefined,
    get: async <T>(path: string, params: Params = {}, signal?: AbortSignal) =>
      (await (await call(addressOf(path, params), signal ? { signal } : {})).json()) as T,
    post,
    lines,
  };
}
