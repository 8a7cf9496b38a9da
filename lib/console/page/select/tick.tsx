/** A box for one thing, or for many of which some are selected. */
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface TickProps {
  readonly label: string;
  readonly state: 'all' | 'some' | 'none';
  readonly onChange: (isIn: boolean) => void;
  /** The label is seen, too. */
  readonly isLabelled?: boolean;
}

export function Tick({ label, state, onChange, isLabelled = false }: TickProps) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current) box.current.indeterminate = state === 'some';
  }, [state]);
  return (
    <label class="tick">
      <input
        ref={box}
        type="checkbox"
        checked={state === 'all'}
        aria-label={isLabelled ? undefined : label}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {isLabelled && <span>{label}</span>}
    </label>
  );
}
