/**
 * A number of things. What SQS counts is approximate and says so; what was counted up to a limit says "+".
 *
 *   <Count of={counts.depth} isApproximate />   ≈ 1,234
 *   <Count of={lists.dead} isMore />            10,000+
 *   <Count of={undefined} />                    – (not known)
 *
 * A zero is drawn faintly, so that a column shows at a glance where there is something.
 */
import { countText } from '../base/format.ts';

export interface CountProps {
  readonly of: number | undefined;
  readonly isApproximate?: boolean;
  readonly isMore?: boolean;
  /** `bad` and `warn` colour a number above 0. */
  readonly tone?: 'bad' | 'warn';
}

export function Count({ of, isApproximate = false, isMore = false, tone }: CountProps) {
  if (of === undefined) {
    return (
      <span class="number muted">
        <span aria-hidden="true">–</span>
        <span class="only-read">not known</span>
      </span>
    );
  }
  const classes = ['number', of === 0 && 'is-zero', of > 0 && tone && `tone-${tone}`].filter(Boolean).join(' ');
  return (
    <span class={classes}>
      {isApproximate && of > 0 && (
        <span class="approximately">
          <span aria-hidden="true">≈</span>
          <span class="only-read">about</span>{' '}
        </span>
      )}
      {countText(of)}
      {isMore && '+'}
    </span>
  );
}
