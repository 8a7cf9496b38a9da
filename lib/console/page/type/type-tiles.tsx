import type { Feed, Overview, Trouble } from '../../api.ts';
import { hrefs } from '../base/routes.ts';
import { Tile, Tiles } from '../parts/tiles.tsx';
import { Duration } from '../parts/time.tsx';

interface TypeTilesProps {
  readonly type: string;
  readonly overview: Overview | undefined;
}

/** What the overview's row says of a type, in large. */
export function TypeTiles({ type, overview }: TypeTilesProps) {
  const counts = overview?.counts.data?.find((one) => one.type === type);
  const lists = overview?.lists.data?.find((one) => one.type === type);
  const dlq = overview?.deadLetters.data?.find((one) => one.type === type)?.dlq;
  const ageSeconds = overview?.ages.data?.[type];
  return (
    <Tiles label={`${type} now`}>
      <Tile name="In queue" of={counts?.depth} isApproximate />
      <Tile name="In flight" of={counts?.inFlight} isApproximate />
      <Tile name="Delayed" of={counts?.delayed} isApproximate />
      <Tile name="Waiting" of={lists?.parked} isMore={lists?.parkedMore ?? false} href={hrefs.waiting({ type })} />
      <Tile name="Dead" of={lists?.dead} isMore={lists?.deadMore ?? false} href={hrefs.dead({ type })} tone="bad" />
      <Tile name="DLQ" of={dlq} isApproximate tone="bad" />
      <Tile name="Oldest" of={undefined}>
        <Duration ms={ageSeconds === undefined ? undefined : ageSeconds * 1_000} />
      </Tile>
    </Tiles>
  );
}

/** Of the parts that a type's numbers are from, with the same words said once. */
export function troublesOfNumbers({ counts, lists, deadLetters, ages, states }: Overview): Trouble[] {
  const parts: Feed<unknown>[] = [counts, lists, deadLetters, ages, states];
  const troubles = parts.flatMap(({ trouble }) => (trouble ? [trouble] : []));
  return troubles.filter(({ message }, at) => troubles.findIndex((one) => one.message === message) === at);
}
