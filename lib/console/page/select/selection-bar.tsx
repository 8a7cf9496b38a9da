/**
 * What is selected, in numbers, and what can be done with it: at the foot of the window while something is.
 *
 *   <SelectionBar words="31 of 120 jobs selected" isAny onClear={…}>
 *     <Button kind="danger" onClick={…}>Purge</Button>
 *   </SelectionBar>
 */
import type { ComponentChildren } from 'preact';
import { Button } from '../parts/button.tsx';

export interface SelectionBarProps {
  readonly words: string;
  readonly isAny: boolean;
  /** Why something cannot be done with it. */
  readonly why?: string | undefined;
  readonly onClear: () => void;
  readonly children: ComponentChildren;
}

export function SelectionBar({ words, isAny, why, onClear, children }: SelectionBarProps) {
  return (
    <section class={isAny ? 'selection-bar' : 'selection-bar is-idle'} aria-label="Selection">
      <p class="selection-words" role="status">
        {words}
        {why !== undefined && <span class="selection-why">{why}</span>}
      </p>
      {isAny && (
        <div class="selection-actions">
          <Button kind="quiet" onClick={onClear}>
            Clear
          </Button>
          {children}
        </div>
      )}
    </section>
  );
}
