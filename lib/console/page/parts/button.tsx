/**
 * A button. One `primary` a page at most; `danger` for what cannot be taken back; `quiet` within rows and heads.
 *
 *   <Button kind="primary" onClick={() => ask({ kind: 'drain', type })}>Drain</Button>
 *   <Button kind="quiet" label={`Pause ${type}`} onClick={…}><Icon name="pause" /></Button>
 *
 * `isBusy`: it was pressed and its answer is not there yet; it stays focusable, and does nothing meanwhile.
 */
import type { ComponentChildren } from 'preact';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (event: MouseEvent) => void;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** What a screen reader says, where the content is a sign. */
  readonly label?: string | undefined;
  readonly title?: string | undefined;
  readonly isDisabled?: boolean;
  readonly isBusy?: boolean;
  /** Of a switch. */
  readonly isPressed?: boolean;
  readonly isSubmit?: boolean;
}

export function Button({ children, onClick, kind = 'plain', ...props }: ButtonProps) {
  const { label, title, isDisabled = false, isBusy = false, isPressed, isSubmit = false } = props;
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      class={`button ${kind}`}
      aria-label={label}
      title={title}
      disabled={isDisabled}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || undefined}
      aria-pressed={isPressed}
      onClick={(event) => (isBusy ? event.preventDefault() : onClick?.(event))}
    >
      {children}
    </button>
  );
}
