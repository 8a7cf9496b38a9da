/**
 * A few large numbers in a row.
 *
 *   <Tiles label="send-email now">
 *     <Tile name="In queue" of={counts?.depth} isApproximate />
 *     <Tile name="Dead" of={lists?.dead} href={hrefs.dead({ type })} tone="bad" />
 *   </Tiles>
 */
import type { ComponentChildren } from 'preact';
import { Link } from '../base/router.tsx';
import { Count, type CountProps } from './count.tsx';

interface TilesProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

export const Tiles = ({ label, children }: TilesProps) => (
  <section aria-label={label}>
    <dl class="tiles">{children}</dl>
  </section>
);

export interface TileProps extends CountProps {
  readonly name: string;
  readonly href?: string;
  /** Instead of the count. */
  readonly children?: ComponentChildren;
}

export const Tile = ({ name, href, children, ...count }: TileProps) => (
  <div class={`tile ${(count.of ?? 0) > 0 && count.tone ? `has-${count.tone}` : ''}`}>
    <dt>{href === undefined ? name : <Link href={href}>{name}</Link>}</dt>
    <dd>{children ?? <Count {...count} />}</dd>
  </div>
);
