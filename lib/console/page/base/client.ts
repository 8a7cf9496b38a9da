/** The page's one client, and what its calls said about the way to the server. */
import { signal } from '@preact/signals';
import type { Trouble } from '../../api.ts';
import { makeApiClient } from './api-client.ts';
import { troublesOf } from './trouble.ts';

/** What is in the way of everything: expired credentials, or no answer. The frame's banner shows it. */
export const obstacle = signal<Trouble | undefined>(undefined);

/** False: there is no session, or it ended. The frame then asks for a new link. */
export const isOpen = signal(false);

export const api = makeApiClient({
  fetch: (path, init) => fetch(path, init),
  storage: sessionStorage,
  onEnd: (error) => {
    if (error?.status === 401) isOpen.value = false;
    if (error?.trouble.kind === 'unreachable' || error?.trouble.kind === 'expired') obstacle.value = error.trouble;
    else if (obstacle.value?.kind === 'unreachable') obstacle.value = undefined;
  },
});

/** Takes note of whether an answer's feeds say that the credentials are expired, or no longer. */
export function noteAnswer(answer: unknown): void {
  const expired = troublesOf(answer).find(({ kind }) => kind === 'expired');
  if (expired || obstacle.value?.kind === 'expired') obstacle.value = expired;
}

/** Takes the code out of the address, so that no history keeps it, and opens the session: with it, or as it was before a reload. */
export async function openSession(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('k');
  if (code !== null) {
    history.replaceState(null, '', location.pathname + location.search);
    await api.openSession(code).catch(() => undefined);
  }
  isOpen.value = api.hasSession();
}
