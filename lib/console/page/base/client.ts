/** The page's one client, and what its calls said about the way to the server. */
import { signal } from '@preact/signals';
import type { Trouble } from '../../api.ts';
import { makeApiClient } from './api-client.ts';
import { makeObstacles } from './obstacles.ts';

/** What is in the way of everything: expired credentials, or no answer. The frame's banner shows it. */
export const obstacle = signal<Trouble | undefined>(undefined);

/** False: there is no session, or it ended. The frame then asks for a new link. */
export const isOpen = signal(false);

/** Is told of each call, and by feeds of their answers. */
export const obstacles = makeObstacles((next) => {
  obstacle.value = next;
});

export const api = makeApiClient({
  fetch: (path, init) => fetch(path, init),
  storage: sessionStorage,
  onEnd: (error) => {
    if (error?.status === 401) isOpen.value = false;
    obstacles.ended(error?.trouble);
  },
});

/** Takes the code out of the address, so that no history keeps it, and opens the session: with it, or as it was before a reload. */
export async function openSession(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('k');
  if (code !== null) {
    history.replaceState(null, '', location.pathname + location.search);
    await api.openSession(code).catch(() => undefined);
  }
  isOpen.value = api.hasSession();
}
