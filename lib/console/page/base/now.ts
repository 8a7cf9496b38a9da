/** The time of day as a signal, for words as "12 s ago": one timer for the whole page. */
import { signal } from '@preact/signals';

export const nowMs = signal(Date.now());

setInterval(() => {
  if (!document.hidden) nowMs.value = Date.now();
}, 1_000);
