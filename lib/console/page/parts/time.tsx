/**
 * Times and durations, which are not the same: `Time` says how far a moment is from now, with its ISO text on hover and focus, and
 * in its place after a click;
 * `Duration` says how long something took. `AsOf` says how old the values beside it are.
 *
 *   <Time at={job.failedAt} />          12 s ago
 *   <Time at={sinceMs} isStatic />      in a row of a long list: no stop for the Tab key of its own
 *   <Duration ms={entry.durationMs} />  1.2 s
 *   <AsOf feed={overview.counts} />     as of 12:03:04, throttled
 */
import { useState } from 'preact/hooks';
import type { Feed } from '../../api.ts';
import { clockText, durationText, isoText, msOf, relativeText } from '../base/format.ts';
import { nowMs } from '../base/now.ts';

export interface TimeProps {
  /** Epoch ms or ISO 8601. */
  readonly at: number | string | undefined;
  readonly isStatic?: boolean;
}

export function Time({ at, isStatic = false }: TimeProps) {
  const [isExact, setExact] = useState(false);
  const ms = at === undefined ? Number.NaN : msOf(at);
  if (Number.isNaN(ms)) return <span class="muted">–</span>;
  const iso = isoText(ms);
  const words = relativeText(ms, nowMs.value);
  if (isStatic) {
    return (
      <time class="time" dateTime={iso} title={iso}>
        {words}
      </time>
    );
  }
  return (
    <button
      type="button"
      class={isExact ? 'time' : 'time tip'}
      data-tip={iso}
      aria-label={`${words}, ${iso}`}
      onClick={() => setExact(!isExact)}
    >
      <time dateTime={iso}>{isExact ? iso : words}</time>
    </button>
  );
}

export const Duration = ({ ms }: { readonly ms: number | undefined }) =>
  ms === undefined ? <span class="muted">–</span> : <span class="number">{durationText(ms)}</span>;

const WHY: Readonly<Record<string, string>> = {
  throttled: 'throttled',
  expired: 'credentials expired',
  denied: 'not allowed',
  unreachable: 'no answer',
};

export function AsOf({ feed }: { readonly feed: Feed<unknown> }) {
  if (feed.asOfMs === undefined) return null;
  const why = feed.trouble ? `, ${WHY[feed.trouble.kind] ?? 'a newer look failed'}` : '';
  return (
    <span class={feed.trouble ? 'as-of is-stale' : 'as-of'} title={feed.trouble?.message}>
      as of {clockText(feed.asOfMs)}
      {why}
    </span>
  );
}
