/** The frame: stage bar, navigation, what is in the way, the page of the address, the dialog and the words of operations. */
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { About, Trouble } from '../api.ts';
import { about } from './base/about.ts';
import { isOpen } from './base/client.ts';
import { route } from './base/router.tsx';
import type { Route } from './base/routes.ts';
import { useFeed } from './base/use-feed.ts';
import { followSlash } from './find/slash-key.ts';
import { Banner, NoSession } from './frame/banner.tsx';
import { Nav } from './frame/nav.tsx';
import { StageBar } from './frame/stage-bar.tsx';
import { titleOf } from './frame/title.ts';
import { PAGE_VIEWS } from './pages.tsx';
import { ConfirmDialog } from './parts/confirm-dialog.tsx';
import { OperationNotes } from './parts/operation-notes.tsx';
import { Empty, Skeleton, TroubleNote } from './parts/states.tsx';

/** What is where changes seldom: a deployed type, other credentials. */
const ABOUT_MS = 60_000;

export function App() {
  return isOpen.value ? <Open /> : <NoSession />;
}

function Open() {
  useEffect(followSlash, []);
  const feed = useFeed<About>('about', {}, ABOUT_MS);
  useEffect(() => {
    if (feed.data) about.value = feed.data;
  }, [feed.data]);
  useTitle();
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <StageBar />
      <div class="frame">
        <Nav />
        <main id="main" tabIndex={-1}>
          <Banner />
          {about.value ? <Page /> : <NotYet trouble={feed.trouble} />}
        </main>
      </div>
      <OperationNotes />
      <ConfirmDialog />
    </>
  );
}

const NotYet = ({ trouble }: { readonly trouble: Trouble | undefined }) => (
  <>
    <h1 class="only-read">Sluice</h1>
    {trouble ? <TroubleNote trouble={trouble} /> : <Skeleton rows={8} />}
  </>
);

const placeOf = ({ page, names }: Route): string => [page, ...names].join('/');

function Page() {
  const here = route.value;
  const View: ComponentType | undefined = here.page === 'missing' ? undefined : PAGE_VIEWS[here.page];
  if (!View) return <Empty title="No such page">Nothing of the console has this address.</Empty>;
  // Another job is another page: nothing of the last one stays.
  return <View key={placeOf(here)} />;
}

/** The tab says the page and the stage. After a step to another page, the focus goes to it; a filter is no step. */
function useTitle() {
  const title = titleOf(route.value, about.value?.stage);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const place = placeOf(route.value);
  const last = useRef(place);
  useEffect(() => {
    if (last.current === place) return;
    last.current = place;
    const main = document.getElementById('main');
    // A page may have given it to a field of its own.
    if (!main?.contains(document.activeElement)) main?.focus({ preventScroll: true });
  }, [place]);
}
