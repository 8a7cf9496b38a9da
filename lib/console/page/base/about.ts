/** Where the page is, and what may be done: read once and each minute, for all pages. `about.value` is undefined until then. */
import { signal } from '@preact/signals';
import type { About } from '../../api.ts';

export const about = signal<About | undefined>(undefined);

/** Whether a page may offer what changes something. */
export const mayChange = (): boolean => about.value !== undefined && !about.value.readOnly;
