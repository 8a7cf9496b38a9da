/**
 * A value of the server that stays fresh while its page is open and its tab is seen.
 *
 *   const overview = useFeed<Overview>('overview', { types }, 5_000);
 *   const jobs = useFeedOf<WaitingPage>('waiting', { type }, 10_000);  // for routes whose answer is itself a Feed
 *
 * `data` is the last value, `asOfMs` when it was read, `trouble` what keeps a newer one away. None of them: nothing was read yet.
 * Another path or other parameters start anew, with `data` undefined; `keep: true` keeps the old value until then.
 * `path` undefined: rests.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Feed } from '../../api.ts';
import { addressOf, type Params } from './api-client.ts';
import { api, obstacles } from './client.ts';
import { type RunningFeed, startFeed } from './feed.ts';
import { troublesOf } from './trouble.ts';

export interface UsedFeed<T> extends Feed<T> {
  /** Reads at once, as after a change. */
  refresh(): void;
}

const TIMERS = {
  now: () => Date.now(),
  setTimeout: (run: () => void, delayMs: number) => window.setTimeout(run, delayMs),
  clearTimeout: (timer: unknown) => window.clearTimeout(timer as number | undefined),
};

interface Options {
  readonly keep?: boolean;
}

export function useFeed<T>(
  path: string | undefined,
  params: Params,
  everyMs: number,
  options: Options = {},
): UsedFeed<T> {
  const [state, setState] = useState<{ address?: string; feed: Feed<T> }>({ feed: {} });
  const running = useRef<RunningFeed>(undefined);
  const address = path === undefined ? undefined : addressOf(path, params);

  useEffect(() => {
    if (path === undefined || address === undefined) return;
    const feed = startFeed<T>({
      everyMs,
      timers: TIMERS,
      load: (signal) => api.get<T>(path, params, signal),
      isTroubled: (answer) => troublesOf(answer).some(({ kind }) => kind === 'throttled' || kind === 'expired'),
      onChange: (next) => {
        obstacles.answered(address, next.trouble ? { trouble: next.trouble } : next.data);
        setState({ address, feed: next });
      },
    });
    running.current = feed;
    const follow = () => feed.pause(document.hidden);
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      feed.stop();
      obstacles.answered(address, undefined);
    };
  }, [address, everyMs]);

  const refresh = useMemo(() => () => running.current?.refresh(), []);
  const isOther = state.address !== address;
  if (isOther && !options.keep) return { refresh };
  return { ...state.feed, refresh };
}

/** What `feed` says of a value that comes as a feed itself: the server's own age and trouble, unless it cannot be asked. */
export function flattened<T>(feed: Feed<Feed<T>>): Feed<T> {
  const { data: inner, trouble } = feed;
  if (!inner) return trouble ? { trouble } : {};
  return trouble ? { ...inner, trouble } : inner;
}

export function useFeedOf<T>(
  path: string | undefined,
  params: Params,
  everyMs: number,
  options: Options = {},
): UsedFeed<T> {
  const { refresh, ...feed } = useFeed<Feed<T>>(path, params, everyMs, options);
  return { ...flattened(feed), refresh };
}
