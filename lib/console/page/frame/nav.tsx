import { useEffect, useRef } from 'preact/hooks';
import { about, mayChange } from '../base/about.ts';
import { Link, route } from '../base/router.tsx';
import { hrefs, type PageName } from '../base/routes.ts';
import { PAGE_TITLES } from './title.ts';

/** Pages of the navigation, with those that stand below each. */
const ENTRIES: readonly { readonly page: PageName; readonly href: string; readonly below: readonly PageName[] }[] = [
  { page: 'overview', href: hrefs.overview(), below: ['type', 'send'] },
  { page: 'dead', href: hrefs.dead(), below: [] },
  { page: 'waiting', href: hrefs.waiting(), below: [] },
  { page: 'find', href: hrefs.find(), below: ['job'] },
  { page: 'flows', href: hrefs.flows(), below: ['flow'] },
  { page: 'operations', href: hrefs.operations(), below: [] },
  { page: 'health', href: hrefs.health(), below: [] },
];

export function Nav() {
  const { page } = route.value;
  const hidden: readonly PageName[] = [
    ...(about.value?.hasFlows ? [] : ['flows' as const]),
    ...(about.value !== undefined && !mayChange() ? ['operations' as const] : []),
  ];
  const list = useRef<HTMLUListElement>(null);
  // On a narrow screen the entries stand in one line, wider than the screen. `scrollIntoView` would have Tab begin there.
  useEffect(() => {
    const entry = list.current?.querySelector<HTMLElement>('[aria-current], .is-above');
    if (!list.current || !entry) return;
    list.current.scrollLeft = entry.offsetLeft - (list.current.clientWidth - entry.offsetWidth) / 2;
  }, [page]);
  return (
    <nav class="nav" aria-label="Pages">
      <ul ref={list}>
        {ENTRIES.filter((entry) => !hidden.includes(entry.page)).map((entry) => {
          const isBelow = entry.below.some((name) => name === page);
          return (
            <li key={entry.page}>
              <Link href={entry.href} isCurrent={entry.page === page} class={isBelow ? 'is-above' : ''}>
                {PAGE_TITLES[entry.page]}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
