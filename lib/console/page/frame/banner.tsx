/** What is in the way of the whole page. It goes by itself when it is over. */
import { obstacle } from '../base/client.ts';
import { Copyable } from '../parts/copyable.tsx';
import { TroubleNote } from '../parts/states.tsx';

export const Banner = () => (
  <div class="banner" aria-live="assertive">
    <TroubleNote trouble={obstacle.value} isBanner />
  </div>
);

export const NoSession = () => (
  <main class="no-session">
    <h1>Sluice</h1>
    <p>
      This page has no session. A link opens it once, within a minute. Press <kbd>c</kbd> in the terminal of the console
      for a new link, or start the console again:
    </p>
    <Copyable text="npx sluice console" />
    <TroubleNote trouble={obstacle.value} isBanner />
  </main>
);
