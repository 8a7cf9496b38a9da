/**
 * Keys of a list whose rows are selected: Space ticks the row that has the focus, Escape leads from wherever to what can be done
 * with the selection. Without it, the way from row 5,000 to the buttons would be thousands of tabs.
 *
 * @param bar where the buttons are
 * @returns what ends it
 */
export function followSelectionKeys(bar: HTMLElement): () => void {
  const follow = (event: KeyboardEvent) => {
    const { target, key } = event;
    if (event.defaultPrevented || !(target instanceof HTMLElement) || document.querySelector('dialog[open]')) return;
    if (key === ' ' && target instanceof HTMLTableRowElement) {
      event.preventDefault();
      target.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
    }
    if (key === 'Escape' && !target.matches('input:not([type="checkbox"]), textarea, select')) {
      bar.querySelector('button')?.focus();
    }
  };
  addEventListener('keydown', follow);
  return () => removeEventListener('keydown', follow);
}
