/** What was changed from this console: what runs, with its progress and Stop; what ended, and how. */
import { useEffect } from 'preact/hooks';
import type { Operation } from '../../api.ts';
import { useFeed } from '../base/use-feed.ts';
import { Empty, Loaded } from '../parts/states.tsx';
import { isEnded } from '../parts/use-operation.ts';
import { OperationCard } from './operation-card.tsx';

/** It costs no call of AWS. */
const EVERY_MS = 1_000;
const IDLE_MS = 5_000;

export function OperationsPage() {
  const slow = useFeed<readonly Operation[]>('operations', {}, IDLE_MS);
  const running = slow.data?.some((operation) => !isEnded(operation)) ?? false;
  // While something runs, it is looked at more often.
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(slow.refresh, EVERY_MS);
    return () => clearInterval(timer);
  }, [running]);
  return (
    <>
      <div class="page-head">
        <h1>Operations</h1>
        <p class="muted">They go on when this tab is closed, and end with the console.</p>
      </div>
      <Loaded feed={slow} rows={6}>
        {(operations) =>
          operations.length === 0 ? (
            <Empty title="Nothing was changed yet">
              Whatever you redrive, retry, cancel, pause or send from here stands here until the console ends.
            </Empty>
          ) : (
            <Lists operations={operations} refresh={slow.refresh} />
          )
        }
      </Loaded>
    </>
  );
}

interface ListsProps {
  readonly operations: readonly Operation[];
  readonly refresh: () => void;
}

function Lists({ operations, refresh }: ListsProps) {
  const parts = [
    { name: 'Under way', of: operations.filter((operation) => !isEnded(operation)) },
    { name: 'Ended', of: operations.filter(isEnded) },
  ];
  return parts.map(
    ({ name, of }) =>
      of.length > 0 && (
        <section key={name} aria-label={name} class="operations">
          <h2>{name}</h2>
          {of.map((operation) => (
            <OperationCard key={operation.id} operation={operation} onStop={refresh} />
          ))}
        </section>
      ),
  );
}
