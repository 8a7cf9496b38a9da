/**
 * Where the page is. `route` follows the address; `Link` and `navigate` change it without a load.
 *
 *   <Link href={hrefs.job(type, key)}>{key}</Link>
 *   navigate(hrefs.dead({ type }), { replace: true });      // a filter: no step of its own in the history
 *   const { names: [type, key], query } = route.value;
 *
 * A click that asks for another tab opens it by `window.open`, which hands the session over.
 */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { type Route, routeOf } from './routes.ts';

const here = (): Route => routeOf(location.pathname, location.search);

export const route = signal<Route>(here());

addEventListener('popstate', () => {
  route.value = here();
});

export function navigate(href: string, { replace = false } = {}): void {
  if (replace || href === location.pathname + location.search) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  route.value = here();
  if (!replace) scrollTo(0, 0);
}

function follow(event: MouseEvent, href: string): void {
  if (event.defaultPrevented || event.altKey || event.button > 1) return;
  event.preventDefault();
  if (event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey) window.open(href, '_blank');
  else navigate(href);
}

export interface LinkProps {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly label?: string;
}

export function Link({ href, children, class: className, isCurrent = false, label }: LinkProps) {
  return (
    <a
      href={href}
      class={className}
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={label}
      onClick={(event) => follow(event, href)}
      onAuxClick={(event) => follow(event, href)}
    >
      {children}
    </a>
  );
}
