/**
 * What is selected, in numbers, and what can be done with it: at the foot of the window while something is.
 *
 *   <SelectionBar words="31 of 120 jobs selected" isAny onClear={…}>
 *     <Button kind="danger" onClick={…}>Purge</Button>
 *   </SelectionBar>
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { followSelectionKeys } from './selection-keys.ts';

export interface SelectionBarProps {
  readonly words: string;
  readonly isAny: boolean;
  /** Why something cannot be done with it. */
  readonly why?: string | undefined;
  readonly onClear: () => void;
  readonly children: ComponentChildren;
}

export function SelectionBar({ words, isAny, why, onClear, children }: SelectionBarProps) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => (bar.current ? followSelectionKeys(bar.current) : undefined), []);
  return (
    <section ref={bar} class={isAny ? 'selection-bar' : 'selection-bar is-idle'} aria-label="Selection">
      <p class="selection-words" role="status">
        {words}
        {isAny && (
          <span class="selection-key">
            <kbd>Esc</kbd> leads here
          </span>
        )}
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
