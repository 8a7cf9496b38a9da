/** The key `/` leads to the box of Find, from every page: unless somebody types, or a dialog asks something. */
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';

/** Marks the box. */
export const FIND_BOX = 'data-find-box';

const TYPED_INTO = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';

/** @returns what ends it */
export function followSlash(): () => void {
  const follow = (event: KeyboardEvent) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest(TYPED_INTO)) return;
    if (document.querySelector('dialog[open]')) return;
    event.preventDefault();
    if (route.value.page !== 'find') navigate(hrefs.find());
    document.querySelector<HTMLElement>(`[${FIND_BOX}]`)?.focus();
  };
  addEventListener('keydown', follow);
  return () => removeEventListener('keydown', follow);
}
