/** Jobs that wait: the first page stays fresh, later ones are read when they are asked for. */
import { useState } from 'preact/hooks';
import type { Feed, Trouble, WaitingJob, WaitingPage } from '../../api.ts';
import { api } from '../base/client.ts';
import { troubleOf } from '../base/trouble.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { withLater } from './waiting-list.ts';

const EVERY_MS = 10_000;
const PAGE = 100;

interface Later {
  readonly type: string;
  readonly jobs: readonly WaitingJob[];
  readonly after: string | undefined;
}

export function useWaiting(type: string) {
  const { refresh, ...feed } = useFeedOf<WaitingPage>('waiting', { type, limit: PAGE }, EVERY_MS);
  const [read, setRead] = useState<Later>();
  const [isReading, setIsReading] = useState(false);
  const [failed, setFailed] = useState<Trouble>();
  const later = read?.type === type ? read : undefined;
  const after = later === undefined ? feed.data?.after : later.after;
  const readMore = async (): Promise<void> => {
    setIsReading(true);
    setFailed(undefined);
    try {
      const answer = await api.get<Feed<WaitingPage>>('waiting', { type, limit: PAGE, after });
      if (answer.trouble) setFailed(answer.trouble);
      if (answer.data) setRead({ type, jobs: [...(later?.jobs ?? []), ...answer.data.jobs], after: answer.data.after });
    } catch (error) {
      setFailed(troubleOf(error));
    }
    setIsReading(false);
  };
  const { data } = feed;
  return {
    jobs: data === undefined ? [] : withLater(data.jobs, later?.jobs ?? []),
    ...{ total: data?.total ?? 0, totalMore: data?.totalMore ?? false, isRead: data !== undefined },
    ...{ feed, trouble: failed ?? feed.trouble, hasMore: after !== undefined, isReading, readMore },
    reload: () => {
      setRead(undefined);
      refresh();
    },
  };
}
