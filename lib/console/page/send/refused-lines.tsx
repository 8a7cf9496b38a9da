/** What became of lines that were sent, and those that were refused, each with its reason. */
import { useEffect, useState } from 'preact/hooks';
import type { Operation, RefusedEntry, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { plural } from '../base/format.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';
import { TroubleNote } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { isEnded } from '../parts/use-operation.ts';

export function RefusedLines({ operation }: { readonly operation: Operation | undefined }) {
  const id = operation !== undefined && isEnded(operation) && operation.refused > 0 ? operation.id : undefined;
  const { entries, trouble } = useRefused(id);
  if (operation === undefined) return null;
  const { said, tone = 'good', refused } = operation;
  const ended = isEnded(operation);
  return (
    <>
      <div class={`outcome outcome-${ended ? tone : 'busy'}`} role="status">
        <p>{ended ? (said ?? `The operation is ${operation.state}.`) : 'Under way…'}</p>
      </div>
      <TroubleNote trouble={trouble} />
      {entries.length > 0 && (
        <section class="card" aria-labelledby="refused">
          <div class="card-line">
            <h2 id="refused">{plural(refused, 'line')} refused</h2>
          </div>
          <Table
            caption="Refused lines"
            class="refused"
            rows={entries}
            rowKey={(entry) => `${entry.line} ${entry.why}`}
            columns={[
              {
                key: 'line',
                head: 'Line',
                isNumber: true,
                cell: (entry) => entry.line ?? '–',
                sortBy: (entry) => entry.line,
              },
              { key: 'why', head: 'Why', class: 'wraps', cell: (entry) => entry.why },
            ]}
          />
        </section>
      )}
    </>
  );
}

function useRefused(id: string | undefined) {
  const [entries, setEntries] = useState<readonly RefusedEntry[]>([]);
  const [trouble, setTrouble] = useState<Trouble>();
  useEffect(() => {
    setEntries([]);
    setTrouble(undefined);
    if (id === undefined) return;
    const aborted = new AbortController();
    void readRefused(id, aborted.signal, setEntries).catch((error: unknown) => {
      if (!isAbort(error)) setTrouble(troubleOf(error));
    });
    return () => aborted.abort();
  }, [id]);
  return { entries, trouble };
}

async function readRefused(
  id: string,
  signal: AbortSignal,
  show: (entries: readonly RefusedEntry[]) => void,
): Promise<void> {
  const entries: RefusedEntry[] = [];
  for await (const entry of api.lines<RefusedEntry>('operations/refused', { id }, signal)) entries.push(entry);
  if (!signal.aborted) show(entries);
}
