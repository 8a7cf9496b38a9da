/**
 * What a page shows instead of its values.
 *
 *   <Empty title="No dead jobs">Those that die show here for 14 days.</Empty>
 *   <Skeleton rows={5} />                               while the first value is read; from 150 ms on
 *   <TroubleNote trouble={feed.trouble} />              what is in the way, and what to do
 *   <Loaded feed={feed} rows={8}>{(data) => …}</Loaded> all of them: trouble above the last value, which stays
 */
import type { ComponentChildren } from 'preact';
import type { Feed, Trouble } from '../../api.ts';
import { obstacle } from '../base/client.ts';
import { Icon } from './icon.tsx';
import { AsOf } from './time.tsx';
import { Todo } from './todo.tsx';

export interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

export const Empty = ({ title, children }: EmptyProps) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children && <div class="empty-why">{children}</div>}
  </div>
);

export const Skeleton = ({ rows = 3 }: { readonly rows?: number }) => (
  <div class="skeleton" role="status">
    <span class="only-read">Loading</span>
    {Array.from({ length: rows }, (_, row) => (
      <span key={row} class="skeleton-row" aria-hidden="true" />
    ))}
  </div>
);

const TITLES: Readonly<Record<Trouble['kind'], string>> = {
  throttled: 'AWS asks for fewer calls',
  expired: 'Your credentials have expired',
  denied: 'You may not do this',
  missing: 'Not there',
  unreachable: 'No answer',
  gap: 'The emulator does not have this',
  usage: 'This cannot be done so',
  failed: 'This failed',
};

export interface TroubleNoteProps {
  readonly trouble: Trouble | undefined;
  /** Within a row or a head: without a title. */
  readonly isBrief?: boolean;
  /** Of the whole page: elsewhere the same is not said again. */
  readonly isBanner?: boolean;
}

export function TroubleNote({ trouble, isBrief = false, isBanner = false }: TroubleNoteProps) {
  if (!trouble || (!isBanner && obstacle.value?.message === trouble.message)) return null;
  const { kind, message, todo, action } = trouble;
  return (
    <div class={`note note-${kind === 'gap' || kind === 'throttled' ? 'warn' : 'bad'}`} role="status">
      <Icon name="alarm" />
      <div class="note-body">
        {!isBrief && <p class="note-title">{TITLES[kind]}</p>}
        <p>{message}</p>
        {action && !message.includes(action) && (
          <p>
            Missing right: <code>{action}</code>
          </p>
        )}
        <Todo todo={todo} />
      </div>
    </div>
  );
}

export interface LoadedProps<T> {
  readonly feed: Feed<T>;
  /** Lines that the skeleton has. */
  readonly rows?: number;
  readonly children: (data: T) => ComponentChildren;
}

export function Loaded<T>({ feed, rows = 3, children }: LoadedProps<T>) {
  if (feed.data === undefined) return feed.trouble ? <TroubleNote trouble={feed.trouble} /> : <Skeleton rows={rows} />;
  return (
    <>
      {feed.trouble && (
        <div class="stale">
          <TroubleNote trouble={feed.trouble} isBrief />
          <AsOf feed={feed} />
        </div>
      )}
      {children(feed.data)}
    </>
  );
}
