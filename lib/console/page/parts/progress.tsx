/**
 * How far an operation is.
 *
 *   <Progress operation={operation} />
 */
import type { Operation } from '../../api.ts';
import { countText } from '../base/format.ts';

export function Progress({ operation }: { readonly operation: Operation }) {
  const { done, unchanged, refused, chosen, kind } = operation;
  const looked = done + unchanged + refused;
  return (
    <span class="progress">
      <progress max={Math.max(1, chosen)} value={Math.min(looked, chosen)} aria-label={`Progress of ${kind}`} />
      <span class="number">
        {countText(looked)} of {countText(chosen)}
      </span>
    </span>
  );
}
